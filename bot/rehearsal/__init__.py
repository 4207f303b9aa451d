"""A local Slack for rehearsing: made-up people, the real protocol, nothing leaves this computer.

`Rehearsal` is the way in, `BotProcess` starts the bot against it, `Person` acts in it. This package knows nothing of
the bot but how to start it; only `cli` and the tests import it.
"""

from .clock import WorkspaceClock
from .faults import Fault, Faults
from .log import EventLog, LogEntry
from .person import CommandAnswer, Message, NotAcknowledged, NotHeard, NotThere, Person
from .process import BotNotReady, BotProcess
from .server import Rehearsal

__all__ = [
    "BotNotReady",
    "BotProcess",
    "CommandAnswer",
    "EventLog",
    "Fault",
    "Faults",
    "LogEntry",
    "Message",
    "NotAcknowledged",
    "NotHeard",
    "NotThere",
    "Person",
    "Rehearsal",
    "WorkspaceClock",
]

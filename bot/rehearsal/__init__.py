"""A local Slack for rehearsing: made-up people, the real protocol, nothing leaves this computer.

`Rehearsal` is the way in, `BotProcess` starts the bot against it, `Person` acts in it. Each floor knows those below it:
`slack` (the workspace and its protocol), `acting` (people), `scenes` (what is played), `page` (what one looks at). This
package knows nothing of the bot but how to start it; only `cli` and the tests import it.
"""

from .acting.person import CommandAnswer, Message, NotAcknowledged, NotHeard, NotThere, Person
from .process import BotNotReady, BotProcess
from .server import Rehearsal
from .slack.clock import WorkspaceClock
from .slack.faults import Fault, Faults
from .slack.log import EventLog, LogEntry

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

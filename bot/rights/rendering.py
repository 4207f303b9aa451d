"""How each message about a withdrawal is rendered, and the watch over all other kinds.

`watched` puts two things around every kind of every room: a gate that lets nothing out about a story that was taken
back, and the ledger's ear for what became of a removal. `rooms.py` passes the registry through it.
"""

from dataclasses import replace

from bot.outgoing import After, Gate, Kind, Kinds, Rendered
from bot.rights import blocks, rules, service
from bot.rights.rules import What
from bot.story import tidings
from bot.story.policy import Policy
from storage import removals, stories
from storage.database import Tx
from storage.records import Op, OutboxRow, StoryStatus
from storage.withdrawals import Surface


def _letter(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered | None:
    case = None if row.story_id is None else removals.find(tx, row.story_id)
    if case is None:
        return None
    if row.op is Op.POST:
        return blocks.begun(case)
    ledger = rules.ledger_of(tuple(removals.of_story(tx, case.story_id)))
    return blocks.receipt(case, ledger, policy.zone, backup_days=policy.backup_days)


def _refused(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered:
    return blocks.refused(int(row.args["number"] or 0), str(row.args["reason"]))


def _exported(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered:
    return blocks.exported(int(row.args["number"] or 0), str(row.args["what"]))


def _look(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered:
    names = {policy.digest_channel: f"#{policy.digest_name}", policy.review_channel: "this channel"}
    where = names.get(str(row.args["channel"]), f"<#{row.args['channel']}>")
    return blocks.look(int(row.args["number"] or 0), Surface(str(row.args["surface"])), where)


def _line(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered:
    return blocks.line(What(str(row.args["what"])))


def _tend(tx: Tx, policy: Policy, row: OutboxRow) -> None:
    if row.story_id is not None:
        service.tend(tx, policy, row.story_id)


KINDS: Kinds = {
    service.LETTER: Kind(_letter, sent=_tend, parked=_tend),
    service.REFUSED: Kind(_refused),
    service.EXPORTED: Kind(_exported),
    service.LOOK: Kind(_look),
    service.LINE: Kind(_line),
}


# ── the watch ─────────────────────────────────────────────────────────────────────────────────────────────────────


def watched(kinds: Kinds) -> Kinds:
    """The kinds of every room, so that nothing leaves about a withdrawn story but its removal."""
    return {**{name: _held(kind) for name, kind in kinds.items()}, **KINDS}


def _held(kind: Kind) -> Kind:
    return replace(kind, gate=_gate(kind.gate), sent=_heard(kind.sent), parked=_heard(kind.parked))


def _gate(inner: Gate | None) -> Gate:
    def gate(tx: Tx, policy: Policy, row: OutboxRow) -> str | None:
        if row.story_id is not None and not row.lane.startswith(tidings.REMOVAL):
            story = stories.find(tx, row.story_id)
            if story is not None and story.status is StoryStatus.WITHDRAWN:
                return "withdrawn"
        return None if inner is None else inner(tx, policy, row)

    return gate


def _heard(inner: After | None) -> After:
    def after(tx: Tx, policy: Policy, row: OutboxRow) -> None:
        if row.lane.startswith(tidings.REMOVAL):
            _tend(tx, policy, row)
        elif inner is not None:
            inner(tx, policy, row)

    return after

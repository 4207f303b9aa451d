"""A house for what happened next: the rights room's house, which also asks, takes down what is told, and decides it."""

from datetime import timedelta
from typing import Any

from bot.digest import service as digest
from bot.rehearsal.slack.validation import check_message
from bot.rights import rendering as rights_rendering
from bot.rights import service as rights
from bot.rights.rendering import watched
from bot.sequel import asking, rules, service
from bot.sequel import rendering as sequel_rendering
from bot.sequel.rules import Sent as SentForm
from bot.sequel.rules import What
from storage import audit, sequels, stories
from storage.database import Tx
from storage.records import DeclineReason, Op, OutboxRow, Place, Story, Verb
from storage.told_next import Sequel, SequelAnswer
from storage.withdrawals import WithdrawnBy
from tests.digest.digest_house import AMIRA, FRIDAY
from tests.rights.permission_house import EVERY
from tests.rights.permission_house import House as RightsHouse
from tests.sending import Sent

KINDS = watched({**EVERY, **sequel_rendering.KINDS, **rights_rendering.KINDS})
WEEKS = timedelta(weeks=8)
NEXT = "She has a key safe now, and nobody has waited on that step since."
EVERYWHERE = frozenset(Place)
DUE = FRIDAY + WEEKS + timedelta(hours=1)
"""An hour after eight weeks after the digest: Friday 1 August 2025, 11am."""


class House(RightsHouse):
    """One workspace in which stories have a sequel."""

    kinds = KINDS

    def _send(self, tx: Tx, row: OutboxRow, park: str | None) -> Sent | None:
        sent = super()._send(tx, row, park)
        if sent is not None:
            assert check_message({"text": sent.text, "blocks": list(sent.rendered.blocks)}) == []
        return sent

    # ── what happens ──────────────────────────────────────────────────────────────────────────────────────────────

    def publish(self, **how: Any) -> Story:
        """A story that goes out on Friday 6 June 2025, if it may."""
        story = self.tell(**how)
        self.now = FRIDAY
        self.do(digest.tick)
        self.deliver()
        return story

    def look(self, at: Any) -> list[str]:
        """Texts of the questions that are put once the chore has looked at this instant."""
        self.now = at
        assert self.do(asking.check) == at + asking.EVERY
        return [one.text for one in self.deliver() if one.row.kind == asking.QUESTION and one.row.op is Op.POST]

    def say(self, story: Story, said: SequelAnswer, *, by: str | None = None) -> What:
        who = by or self.teller_of(story)
        return self.do(lambda tx, policy: asking.answer(tx, by=who, story_id=story.id, said=said))

    def send(self, story: Story, words: str = NEXT, *, by: str | None = None, not_ones: Any = None) -> SentForm:
        """Its teller (or `by`) sends the form."""
        who = by or self.teller_of(story)
        sent = self.do(service.send, by=who, story_id=story.id, words=words, not_ones=not_ones or {})
        self.deliver()
        return sent

    def sequel(self, story: Story) -> Sequel:
        """What happened next, as it stands."""
        found = self.read(lambda tx: sequels.find(tx, story.id))
        assert found is not None
        return found

    def decide(
        self, story: Story, verb: Verb = Verb.APPROVE, *, by: str = AMIRA, at: Any = None, comment: str = "Say more"
    ) -> What:
        """A reviewer presses a button of the newest card."""
        pointed = at or rules.at(self.sequel(story))
        reason = DeclineReason.TOO_LITTLE if verb is Verb.DECLINE else None
        said = comment if verb is Verb.DECLINE else ""
        came = self.do(service.decide, verb, by=by, at=pointed, reason=reason, comment=said)
        self.deliver()
        return came

    def take_back(self, story: Story, *, by: str | None = None) -> What:
        """Its teller takes back what happened next, and nothing else."""
        came = self.do(service.take_back, by=by or self.teller_of(story), story_id=story.id)
        self.deliver()
        return came

    def withdraw(self, story: Story) -> None:
        """Its teller takes the whole story back."""

        def work(tx: Tx, policy: Any) -> None:
            found = stories.get(tx, story.id)
            button = audit.Surface.BUTTON
            rights.withdraw(tx, policy, found, by=WithdrawnBy.AUTHOR, actor=audit.AUTHOR, surface=button)

        self.do(work)
        self.deliver()

    def verbs(self) -> list[tuple[str, str | None]]:
        """What the trail says of all this: verb and reason."""
        found = self.read(lambda tx: tx.connection.exec_driver_sql("SELECT verb, reason FROM audit ORDER BY seq").all())
        return [(row[0], row[1]) for row in found if row[0].startswith("sequel")]

    def week(self, weeks: int) -> None:
        """The digest's slot that many weeks after the first."""
        self.now = FRIDAY + timedelta(weeks=weeks)
        self.do(digest.tick)
        self.deliver()

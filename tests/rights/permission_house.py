"""A house for permission and my data: the digest room's house, which also sends what this room has to say.

Everything that was posted stands on `screen`, by outbox id, until it is changed or deleted: what a reader sees.
"""

from typing import Any

from bot.digest.rendering import KINDS as DIGEST_KINDS
from bot.intake.rendering import kinds as intake_kinds
from bot.intake.script.file import load_script
from bot.intake.shelf import Shelf
from bot.outgoing import Kinds, Rendered
from bot.review.rendering import KINDS as REVIEW_KINDS
from bot.rights import breakglass, mydata, permission, permission_rendering, renewal
from bot.rights.permission_rules import Problem, Standing, Wish
from storage import outbox, stories, tellers
from storage.database import Tx
from storage.records import Naming, Op, OutboxRow, Place, Story, Version
from tests.digest.digest_house import House as DigestHouse
from tests.sending import Sent, texts

NOTICE = 5
EVERY: Kinds = {
    **intake_kinds(Shelf(load_script(None))),
    **DIGEST_KINDS,
    **REVIEW_KINDS,
    **permission_rendering.KINDS,
    **mydata.KINDS,
    **breakglass.KINDS,
    **renewal.KINDS,
}


class House(DigestHouse):
    """One workspace in which tellers change their minds."""

    kinds: Kinds = EVERY

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.screen: dict[str, Rendered] = {}

    def _send(self, tx: Tx, row: OutboxRow, park: str | None) -> Sent | None:
        kind = self.kinds[row.kind]
        if row.op is Op.PERMALINK:
            outbox.mark_sent(tx, row, permalink="https://example.slack.com/archives/C0/p1")
            return None
        if row.op is Op.DELETE:
            self.screen.pop(str(row.target), None)
            outbox.mark_sent(tx, row)
            return None
        if row.kind == park:
            outbox.mark_parked(tx, row, "edit_window_closed")
            if kind.parked:
                kind.parked(tx, self.policy, outbox.get(tx, row.id))
            return None
        closed = kind.gate(tx, self.policy, row) if kind.gate else None
        rendered = None if closed or kind.render is None else kind.render(tx, self.policy, row)
        if rendered is None:
            outbox.mark_dropped(tx, row, closed or "nothing left to say")
            return None
        self.screen[str(row.target or row.id)] = rendered
        self._ts += 1
        outbox.mark_sent(tx, row, channel=row.recipient.partition(":")[2], ts=f"{self._ts}.000000")
        if kind.sent:
            kind.sent(tx, self.policy, outbox.get(tx, row.id))
        return Sent(row, rendered)

    def seen(self) -> str:
        """Every word that stands anywhere."""
        return "\n".join("\n".join([one.text, *texts(list(one.blocks))]) for one in self.screen.values())

    # ── the teller ────────────────────────────────────────────────────────────────────────────────────────────────

    def teller_of(self, story: Story) -> str:
        """The Slack id of whoever told it."""
        author = self.read(lambda tx: tellers.find_author(tx, story.id))
        assert author is not None
        return author.slack_user_id

    def version(self, story: Story) -> Version:
        """The version that stands now."""
        return self.read(lambda tx: stories.version(tx, story.id, stories.get(tx, story.id).current_version))

    def standing(self, story: Story) -> Standing:
        """What its teller is offered."""
        found = self.read(lambda tx: permission.look(tx, self.teller_of(story), story.id))
        assert isinstance(found, Standing), found
        return found

    def change(
        self,
        story: Story,
        *,
        places: frozenset[Place] | None = None,
        naming: Naming | None = None,
        credit: str | None = None,
        by: str | None = None,
        version: int | None = None,
    ) -> permission.Done | Problem:
        """Its teller (or `by`) sends the form, with everything as it stands but what is given."""
        now = self.version(story)
        wish = Wish(
            story.id,
            now.n if version is None else version,
            now.places if places is None else places,
            now.naming if naming is None else naming,
            credit,
        )
        return self.do(permission.change, by=by or self.teller_of(story), wish=wish, notice_version=NOTICE)

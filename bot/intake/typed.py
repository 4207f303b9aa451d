"""What anybody types: `/story` by itself, `/story help` and `/story mine`, answered privately.

Bound by `rooms.py` through `commands`. The answer rides in the acknowledgement, after the commit.
"""

from bot import ids
from bot.commands import Call, Command, Commands
from bot.edge import Edge
from bot.intake import greeting, mine_blocks, telling
from bot.intake.shelf import Shelf
from bot.outgoing import Rendered
from bot.people import People
from bot.story.own_line import own_line
from bot.story.policy import Policy, is_reviewer
from storage import drafts, stories, tellers
from storage.database import Tx


def commands(shelf: Shelf, people: People) -> Commands:
    """`/story`, `/story help` and `/story mine`."""

    async def begin(edge: Edge, call: Call) -> Rendered | None:
        standing = await people.standing(call.user_id)

        def greet(tx: Tx, policy: Policy) -> Rendered:
            greeted = greeting.open_conversation(tx, policy, shelf, call.user_id, standing)
            if greeted is None:
                return telling.not_for_you()
            return telling.sent_you_a_message(policy.team_id, greeted.dm_channel)

        return await edge.once(call.body, greet)

    async def help_(edge: Edge, call: Call) -> Rendered:
        return telling.help_text(shelf.current.campaign, reviewer=is_reviewer(edge.policy, call.user_id))

    async def mine(edge: Edge, call: Call) -> Rendered:
        return await edge.read(lambda tx, policy: own_stories(tx, policy, call.user_id))

    return {
        "": Command(begin, ids.COMMAND),
        "help": Command(help_, f"{ids.COMMAND} help"),
        "mine": Command(mine, f"{ids.COMMAND} mine"),
    }


def own_stories(tx: Tx, policy: Policy, user_id: str) -> Rendered:
    """What somebody has told, what they keep to themselves, and whether they are writing."""
    teller = tellers.find_teller(tx, user_id)
    told = [] if teller is None else stories.of_ids(tx, tellers.stories_of_teller(tx, teller.id))
    rows = [(story, own_line(tx, policy, story)) for story in told]
    draft = None if teller is None else drafts.find_open(tx, teller.id)
    kept = [] if teller is None else drafts.kept_by(tx, teller.id)
    return mine_blocks.mine(policy, rows, writing=draft is not None, kept=kept)

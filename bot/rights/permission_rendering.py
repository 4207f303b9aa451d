"""How what is said of a changed permission is rendered at the moment of sending.

`rooms.py` gives `KINDS` to delivery; the words are in `permission_blocks.py`.
"""

from bot.outgoing import Kind, Kinds, Rendered
from bot.rights import permission, permission_blocks, permission_rules
from bot.rights.permission_rules import Problem
from bot.story.policy import Policy
from storage import stories
from storage.database import Tx
from storage.records import OutboxRow


def _changed(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered | None:
    story = None if row.story_id is None else stories.find(tx, row.story_id)
    version = None if story is None else stories.find_version(tx, story.id, story.current_version)
    if story is None or version is None:
        return None
    return permission_blocks.changed(
        story.number,
        story.id,
        places=version.places,
        credit=version.credit_line,
        again=bool(row.args.get("again")),
        out=bool(row.args.get("out")),
        open_=story.status in permission_rules.OPEN,
    )


def _line(tx: Tx, policy: Policy, row: OutboxRow) -> Rendered:
    return permission_blocks.said(permission_blocks.problem_words(Problem(str(row.args["problem"]))))


KINDS: Kinds = {permission.CHANGED: Kind(render=_changed), permission.LINE: Kind(render=_line)}

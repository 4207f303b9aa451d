"""The App Home: a warm opening, what there is to read, one's own stories, and for reviewers what is waiting.

Pure. At most ten titles stand in a list, so that a home stays far below Slack's hundred blocks.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from bot import ids, kit
from bot.reading.blocks import REFUSALS, heading
from bot.reading.rules import MANY, Home, Shelf, Theme
from bot.story import kept_to_oneself
from bot.story.policy import May, Policy
from bot.story.taking_back import take_back_button
from bot.story.view import StoryView
from bot.text import count, escape
from storage.records import StoryStatus

_GONE: Final = (StoryStatus.REMOVED, StoryStatus.WITHDRAWN)


def view(policy: Policy, home: Home, now: datetime) -> dict[str, Any]:
    """The home as views.publish takes it."""
    blocks = [
        *_waiting(policy, home, now),
        *_opening(home),
        kit.section(
            "Colleagues tell here what happened when information was shared, or wasn't. "
            "Read one with your tea, or tell your own: it takes about five minutes."
        ),
        *_tell(home),
        *_list("Latest", home.latest),
        *_list("Read again and again", home.read_again),
        *_browse(home),
        *_own(policy, home),
    ]
    return {"type": "home", "blocks": blocks[: kit.MOST_VIEW_BLOCKS]}


def _opening(home: Home) -> list[kit.Block]:
    """How many stories there are; why none is shown to somebody of whom Slack says nothing."""
    if home.stories is None:
        return [kit.section(REFUSALS[May.UNSURE])]
    if not home.stories:
        return [kit.header("No stories yet. Yours could be the first.")]
    return [kit.header(f"Stories so far: {_so_many(home.stories)}")]


def _so_many(stories: int) -> str:
    return f"{stories:,}" if stories <= MANY else f"more than {MANY:,}"


def for_others() -> dict[str, Any]:
    """The home of guests and people of other organisations."""
    return {"type": "home", "blocks": [kit.section(REFUSALS[May.NOT])]}


def _waiting(policy: Policy, home: Home, now: datetime) -> list[kit.Block]:
    """For reviewers: how much waits and since when, counted in days and never finer, and the list of it."""
    if home.waiting is None:
        return []
    number, oldest = home.waiting
    if not number or oldest is None:
        return [kit.context("Nothing is waiting for reviewers.")]
    days = (now.astimezone(policy.zone).date() - oldest.astimezone(policy.zone).date()).days
    words = f"{number:,} waiting, " + (f"oldest {count(days, 'day')}" if days else "since today")
    return [kit.section(f"*{words}*"), kit.actions(kit.button("Review", ids.REVIEW_LIST)), kit.divider()]


def _tell(home: Home) -> list[kit.Block]:
    """*Tell your story*; to somebody in the middle of one where they are, and *Carry on*."""
    label = "Tell your story" if home.writing is None else "Carry on"
    where = [] if home.writing is None else [kit.section(escape(f"You're {home.writing}"))]
    return [*where, kit.actions(kit.button(label, ids.TELL_STORY, style="primary"))]


def _list(title: str, views: Sequence[StoryView]) -> list[kit.Block]:
    return [kit.divider(), kit.rich(kit.words(title, bold=True)), *map(_row, views)] if views else []


def _row(view: StoryView) -> kit.Block:
    opening = f"\n{view.opening}" if view.opening else ""
    button = kit.button("Read", ids.READ_STORY, str(view.number))
    return kit.section_with(f"{view.number} · {heading(view)}{opening}", button)


# ── browsing ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _browse(home: Home) -> list[kit.Block]:
    if not home.stories or not home.themes:
        return []
    menu: kit.Element = {
        "type": "static_select",
        "action_id": ids.BROWSE,
        "placeholder": kit.plain("Choose a theme, a service or a pillar", 150),
        "option_groups": _groups(home.themes),
    }
    return [kit.divider(), kit.rich(kit.words("By theme", bold=True)), kit.actions(menu), *_shelf(home.shelf)]


def _groups(themes: Sequence[Theme]) -> list[kit.Element]:
    groups: dict[str, list[kit.Element]] = {}
    for theme in themes:
        groups.setdefault(theme.group, []).append(kit.option(theme.text, theme.value))
    return [
        {"label": kit.plain(label, kit.OPTION), "options": options[: kit.MOST_OPTIONS]}
        for label, options in groups.items()
    ]


def _shelf(shelf: Shelf | None) -> list[kit.Block]:
    if shelf is None:
        return []
    title = kit.rich(kit.words(shelf.theme.text, bold=True))
    if not shelf.views:
        return [title, kit.context("No more stories about this.")]
    again = []
    if shelf.earlier is not None:
        again = [kit.actions(kit.button("Earlier ones", ids.BROWSE_ON, f"{shelf.earlier}:{shelf.theme.value}"))]
    return [title, *map(_row, shelf.views), *again]


# ── one's own ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _own(policy: Policy, home: Home) -> list[kit.Block]:
    if not home.own and not home.kept:
        return []
    rows: list[kit.Block] = [kit.divider(), kit.rich(kit.words("Your stories", bold=True))]
    for story, said in home.own:
        if story.status in _GONE:  # its words are gone, so there is nothing to see
            rows.append(kit.section(escape(said)))
            continue
        rows.append(kit.section_with(said, kit.button("See", ids.SEE_STORY, story.id)))
        rows.append(kit.actions(take_back_button(story.id, story.number)))
    rows += kept_to_oneself.rows(home.kept, policy.zone)
    if home.own_more:
        rows.append(kit.context(f"All of yours: {ids.COMMAND} mine"))
    return rows

"""The App Home: a warm opening, what there is to read, one's own stories, and for reviewers what is waiting.

Pure. At most ten titles stand in a list, so that a home stays far below Slack's hundred blocks.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from bot import ids, kit
from bot.reading.blocks import heading
from bot.reading.rules import Home, Shelf, Theme
from bot.story.policy import Policy
from bot.story.taking_back import take_back_button
from bot.story.view import StoryView
from bot.text import cut, one_line, short_day, waited
from storage.records import Story, StoryStatus

_STATES: Final = {
    StoryStatus.SUBMITTED: "with reviewers since {day}",
    StoryStatus.ASKED: "a reviewer has a question for you, since {day}",
    StoryStatus.APPROVED: "approved, {day}",
    StoryStatus.DECLINED: "handed back to you on {day}",
    StoryStatus.POSTED: "in the digest",
    StoryStatus.REMOVED: "deleted",
    StoryStatus.WITHDRAWN: "taken back",
}
_GONE: Final = (StoryStatus.REMOVED, StoryStatus.WITHDRAWN)


def view(policy: Policy, home: Home, now: datetime) -> dict[str, Any]:
    """The home as views.publish takes it."""
    blocks = [
        *_waiting(home, now),
        kit.header(
            f"Stories so far: {home.stories:,}" if home.stories else "No stories yet. Yours could be the first."
        ),
        kit.section(
            "Colleagues tell here what happened when information was shared, or wasn't. "
            "Read one with your tea, or tell your own: it takes about five minutes."
        ),
        kit.actions(kit.button("Carry on" if home.writing else "Tell your story", ids.TELL_STORY, style="primary")),
        *_list("Latest", home.latest),
        *_list("Read again and again", home.read_again),
        *_browse(home),
        *_own(policy, home),
    ]
    return {"type": "home", "blocks": blocks[: kit.MOST_VIEW_BLOCKS]}


def for_others() -> dict[str, Any]:
    """The home of guests and people of other organisations."""
    words = "The storybook here is for members of this workspace."
    return {"type": "home", "blocks": [kit.section(words)]}


def _waiting(home: Home, now: datetime) -> list[kit.Block]:
    if not home.reviewer:
        return []
    if not home.waiting or home.oldest is None:
        return [kit.context("Nothing is waiting for reviewers.")]
    words = f"{home.waiting} waiting, oldest {waited(home.oldest, now)}"
    return [kit.section(f"*{words}* · `{ids.COMMAND} review`"), kit.divider()]


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
    if not home.own:
        return []
    rows: list[kit.Block] = [kit.divider(), kit.rich(kit.words("Your stories", bold=True))]
    for story, title in home.own:
        rows.append(kit.section_with(_state(policy, story, title), kit.button("See it", ids.SEE_STORY, story.id)))
        if story.status not in _GONE:
            rows.append(kit.actions(take_back_button(story.id, story.number)))
    if home.own_more:
        rows.append(kit.context(f"All of yours: {ids.COMMAND} mine"))
    return rows


def _state(policy: Policy, story: Story, title: str | None) -> str:
    state = _STATES[story.status].format(day=short_day(story.changed_at, policy.zone))
    return f"{story.number} · {cut(one_line(title), 100)} · {state}" if title else f"{story.number} · {state}"

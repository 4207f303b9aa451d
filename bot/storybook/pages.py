"""How each page of the site is written: templates with everything that people wrote escaped.

What stands on which page is decided by `site.py`; here entries, views and counts become HTML. No page asks for anything
that does not lie beside it, and each says so to the browser.
"""

import json
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Final
from uuid import NAMESPACE_URL, uuid5

from bot.story.view import StoryView
from bot.storybook import charts, counting
from bot.storybook.counting import Summary
from bot.storybook.entry import Entry, Neighbours
from bot.storybook.groups import Group, ListPage, Shelves
from bot.text import day
from storage.books import Audience

if TYPE_CHECKING:
    from jinja2 import Environment

FEED: Final = 30
"""Stories in the feed."""
_NOT_IN_XML: Final = {0xFFFE: None, 0xFFFF: None}
Told = Sequence[tuple[Entry, StoryView]]


@cache
def templates() -> "Environment":
    """The templates, read and compiled once; a bot that keeps no site starts without what reads them."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("bot.storybook"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        finalize=_in_xml,
    )


def _in_xml(value: object) -> object:
    """What XML can hold of a text: two characters that Unicode has no use for would make a feed unreadable."""
    return value.translate(_NOT_IN_XML) if type(value) is str else value


class Pages:
    """The pages of one site. `formats` names what lies beside them: "pdf", "epub"."""

    def __init__(self, audience: Audience, *, contact: str | None = None, formats: Sequence[str] = ()) -> None:
        self._given = {
            "audience": audience.value,
            "contact": contact,
            "pdf": "pdf" in formats,
            "epub": "epub" in formats,
            "scripted": False,
            "front": False,
        }

    def _page(self, template: str, *, root: str = "", here: str = "", **values: object) -> bytes:
        return templates().get_template(template).render({**self._given, "root": root, "here": here, **values}).encode()

    def story(self, entry: Entry, view: StoryView, beside: Neighbours) -> bytes:
        """One story, and the way to the next."""
        return self._page("story.html", root="../", entry=entry, view=view, before=beside.before, after=beside.after)

    def opening(self, entries: Sequence[Entry], summary: Summary) -> bytes:
        """One story's advice, six titles, one picture."""
        newest = list(entries[::-1])
        featured = next((entry for entry in newest if entry.lesson), newest[0] if newest else None)
        finding = counting.pillars_finding(summary)
        drawn = summary.enough and bool(summary.pillars)
        return self._page(
            "index.html",
            here="index",
            front=True,
            featured=featured,
            six=[entry for entry in newest if entry is not featured][:6],
            total="stories" if len(entries) < counting.FEWEST else f"{len(entries):,} stories",
            finding=finding,
            chart=charts.pillars_chart(summary, finding) if drawn else "",
            numbers=self._pillar_table(summary) if drawn else "",
        )

    def _pillar_table(self, summary: Summary) -> str:
        return charts.table("Stories by pillar", ("", "Got in the way", "Helped"), charts.pillar_rows(summary))

    def browse(self, shelves: Shelves) -> bytes:
        """Every list, with what the pillars and themes mean."""
        return self._page(
            "browse.html",
            root="../",
            here="browse",
            kinds=shelves.kinds,
            services=shelves.services,
            pillars=[pillar for pillar in shelves.pillars if pillar.group.entries],
        )

    def listing(self, group: Group, page: ListPage) -> bytes:
        """One page of a list."""
        return self._page("list.html", root="../", here="browse", group=group, page=page)

    def none(self, group: Group) -> bytes:
        """The list of all stories while there is none."""
        return self._page("empty.html", root="../", here="browse", group=group)

    def search(self) -> bytes:
        """The page that looks through the index."""
        return self._page("search.html", here="search", scripted=True)

    def search_index(self, entries: Sequence[Entry]) -> bytes:
        """The index as a script: it can be read from a folder without a server. Newest first."""
        rows = [[one.number, one.title, one.lesson or one.opening, one.words] for one in entries[::-1]]
        # "<" never as itself: what people wrote can end no script, wherever this is put.
        said = json.dumps(rows, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
        return f"const STORIES = {said};\n".replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").encode()

    def say(self, summary: Summary) -> bytes:
        """What the stories say together: each picture with its finding and its numbers."""
        return self._page("say.html", here="say", total=f"{summary.total:,}", charts=_pictures(self, summary))

    def about(self, count: int, left: int) -> bytes:
        """What may stand here, and how to take one back."""
        return self._page("about.html", here="about", count=count, left=left)

    def booklet(self, told: Told, total: int, today: date) -> bytes:
        """All on one page, for paper."""
        several = "stories" if total < counting.FEWEST else f"{total:,} stories"
        return self._page(
            "booklet.html", stories=told, told=several, more=total > len(told), today=f"{day(today)} {today.year}"
        )

    def feed(self, entries: Sequence[Entry], workspace: str) -> bytes:
        """The newest stories as an Atom feed, by the day."""
        newest = sorted(entries, key=lambda one: (one.day, one.number), reverse=True)[:FEED]
        audience = self._given["audience"]
        return self._page(
            "feed.xml",
            feed_id=uuid5(NAMESPACE_URL, f"{workspace}/{audience}").urn,
            ids={one.number: uuid5(NAMESPACE_URL, f"{workspace}/{audience}/{one.number}").urn for one in newest},
            updated=newest[0].day if newest else "2020-01-01",
            entries=newest,
        )


def _pictures(pages: Pages, summary: Summary) -> list[dict[str, object]]:
    if not summary.enough:
        return []
    pillars, kinds = counting.pillars_finding(summary), counting.kinds_finding(summary)
    services, months = counting.services_finding(summary), counting.months_finding(summary)
    pairs = [one for one in summary.pairs.values() if one.shown != 0]
    found: list[dict[str, object]] = []
    if summary.pillars:
        found.append(
            {
                "name": "by-pillar",
                "finding": pillars,
                "about": "Stories that name something that got in the way, and something that helped. Some name both.",
                "picture": charts.pillars_chart(summary, pillars),
                "table": pages._pillar_table(summary),
                "key": (),
            }
        )
    if summary.kinds:
        found.append(
            {
                "name": "how-it-went",
                "finding": kinds,
                "about": "How each teller described their story.",
                "picture": charts.bars_chart(summary.kinds, kinds, "kinds"),
                "table": charts.table("Stories by how it went", ("", "Stories"), charts.cell_rows(summary.kinds)),
                "key": (),
            }
        )
    if len(summary.services) > 1:
        rows = [*charts.cell_rows(summary.services), *charts.cell_rows(pairs)]
        found.append(
            {
                "name": "who-meets",
                "finding": services,
                "about": "Each square counts stories in which two services meet: <5 is fewer than five, empty none.",
                "picture": charts.services_chart(summary, services),
                "table": charts.table("Stories by service, and by two services", ("", "Stories"), rows),
                "key": tuple(one.label for one in summary.services),
            }
        )
    found.append(
        {
            "name": "by-month",
            "finding": months,
            "about": "By the month in which they were told.",
            "picture": charts.months_chart(summary.months, months),
            "table": charts.table("Stories by month", ("", "Stories"), charts.month_rows(summary.months)),
            "key": (),
        }
    )
    return found

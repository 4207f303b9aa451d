"""That the benchmark measures what it says: it counts replies that were delivered, and takes nothing else for one."""

import math
from pathlib import Path

import pytest

from . import figures
from .cases import TARGETS, Case, Result
from .children import Child, environment
from .load import Load, Seen
from .slack import LeanSlack
from .tellers import Lost, Teller, read_post


@pytest.mark.parametrize("target", ["product", "async echo", "calls alone"])
async def test_the_driver_is_answered_message_by_message(target: str, tmp_path: Path) -> None:
    """Each message that is counted has its reply, each envelope its acknowledgement; the bot is told whole stories."""
    async with LeanSlack() as slack:
        folder = tmp_path / "child"
        async with Child(TARGETS[target], environment(slack, folder), folder, None) as child:
            await child.ready(slack)
            load = Load(slack, 2)
            seen = await load.some(child, 44)
            assert child.cpu() > 0 and child.resident() > 1_000_000
    assert seen.replies == len(seen.reply_latencies) == 44
    assert seen.replies <= len(seen.ack_latencies) <= seen.inbound
    assert seen.stories >= (2 if target == "product" else 0)
    assert slack.calls["chat.postMessage"] >= 44
    changes = slack.calls.get("chat.update", 0) + slack.calls.get("respond", 0)
    assert (changes > 10) is (target != "async echo")


def test_a_teller_who_is_lost_says_so() -> None:
    """A post that nobody could answer stops the measurement: it is not counted as a reply to anything."""
    teller = Teller(1, "http://localhost/respond")
    with pytest.raises(Lost, match="surprise"):
        teller.next(read_post("1.0", {"text": "A surprise", "blocks": []}), "2.0")


def seen(replies: int, latency: float, share: float = 0.1) -> Seen:
    """A second in which so much happened."""
    return Seen(1.0, replies, replies, 0, 0.5, share, 1_000_000, [latency] * replies, [latency] * replies)


def test_ratios_are_taken_round_by_round() -> None:
    """A machine that is slow for a whole round changes no ratio of that round."""
    product, echo = Result(Case("product")), Result(Case("async echo"))
    for slowness in (1, 2, 5):
        product.seen.append(seen(1000 // slowness, 0.01 * slowness))
        echo.seen.append(seen(2000 // slowness, 0.02 * slowness))
        product.ready.append(1.0)
        echo.ready.append(0.5)
    row = figures.rows_of([product, echo])[0]
    assert row["ratios"]["messages a second ÷ async echo"] == {"median": 0.5, "least": 0.5, "most": 0.5}
    assert math.isclose(row["ratios"]["reply p99 ms ÷ async echo"]["most"], 0.5)
    assert row["figures"]["messages a second"] == {"median": 500, "least": 200, "most": 1000}


def test_a_busy_driver_is_said_in_its_row() -> None:
    """A row whose driver used most of its core says that the driver may be the limit."""
    results = [Result(Case("product"), [seen(10, 0.1, share=0.8)], [1.0])]
    assert "busy" in figures.table(figures.rows_of(results))

"""How fast the bot may speak, as a function of time alone."""

import pytest

from bot.delivery.pace import PER_MINUTE, POST, Pace


class Watch:
    """Seconds that a test sets."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def waits(pace: Pace, method: str, channel: str | None, n: int) -> list[float]:
    return [round(pace.book(method, channel).seconds, 3) for _ in range(n)]


def test_a_channel_gets_one_message_a_second() -> None:
    """Places in a channel are a second apart, from the first on; another channel has places of its own."""
    pace = Pace(1.0, Watch())
    assert waits(pace, POST, "C1", 4) == [0, 1, 2, 3]
    assert waits(pace, POST, "C2", 1) == [0]


def test_a_direct_message_may_begin_with_four() -> None:
    """Four messages go at once to one person, the others a second apart; after a rest there are four again."""
    watch = Watch()
    pace = Pace(1.0, watch)
    assert waits(pace, POST, "D1", 6) == [0, 0, 0, 0, 1, 2]
    watch.now += 30
    assert waits(pace, POST, "D1", 5) == [0, 0, 0, 0, 1]


@pytest.mark.parametrize(("method", "minute"), PER_MINUTE.items())
def test_a_minute_holds_so_many_edits(method: str, minute: int) -> None:
    """A third of a minute's calls may come at once; the rest is spread, whatever the channel."""
    watch = Watch()
    seconds = waits(Pace(1.0, watch), method, "C1", minute)
    assert seconds[minute // 3 - 1] == 0 < seconds[minute // 3]
    assert seconds[-1] == pytest.approx(60 * (1 - (minute // 3) / minute), abs=60 / minute)


def test_tidying_gets_what_is_left_over() -> None:
    """Tidying takes a place only while half of the burst is unused, and books none that it has to wait for."""
    pace = Pace(1.0, Watch())
    tidied = [pace.book("chat.update", "C1", tidying=True) for _ in range(20)]
    assert sum(place.taken for place in tidied) == 7
    assert all(place.seconds > 0 for place in tidied if not place.taken)
    assert pace.book("chat.update", "C1").seconds == 0


def test_no_pace_means_no_waiting_but_for_slacks_own_word() -> None:
    """With a pace of 0 everything goes at once, and what Slack forbids for a while is still forbidden."""
    watch = Watch()
    pace = Pace(0.0, watch)
    assert waits(pace, POST, "C1", 50) == [0] * 50
    pace.forbid(POST, "C1", 30)
    pace.forbid("chat.update", "C1", 10)
    assert (pace.forbidden(POST, "C1"), pace.forbidden(POST, "C2")) == (30, 0)
    assert pace.forbidden("chat.update", "C2") == 10
    watch.now += 31
    assert (pace.forbidden(POST, "C1"), pace.forbidden("chat.update", None)) == (0, 0)


def test_quiet_channels_are_forgotten() -> None:
    """The bot does not remember for ever in which of many thousand conversations it has spoken."""
    watch = Watch()
    pace = Pace(1.0, watch)
    for n in range(5_000):
        pace.book(POST, f"D{n}")
        watch.now += 1
    assert len(pace._free_at) < 1_100

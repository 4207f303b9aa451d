"""What Slack's answers mean, and to which addresses the bot speaks."""

import json

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError, SlackRequestError

from bot.delivery.client import make_client, make_session, may_respond
from bot.delivery.outcomes import Outcome, Verdict, of_answer, of_error
from bot.delivery.reconcile import plain

SLACK = "https://slack.com/api/"
LOCAL = "http://127.0.0.1:8000/api/"


@pytest.mark.parametrize(
    ("status", "body", "verdict", "code"),
    [
        (200, {"ok": True}, Verdict.OK, "ok"),
        (429, {"ok": False, "error": "ratelimited"}, Verdict.LIMITED, "ratelimited"),
        (429, "too many", Verdict.LIMITED, "ratelimited"),
        (200, {"ok": False, "error": "ratelimited"}, Verdict.LIMITED, "ratelimited"),
        (200, {"ok": False, "error": "service_unavailable"}, Verdict.AGAIN, "service_unavailable"),
        (407, None, Verdict.AGAIN, "http_407"),
        (302, None, Verdict.AGAIN, "http_302"),
        (500, None, Verdict.DOUBT, "http_500"),
        (503, {"ok": False, "error": "service_unavailable"}, Verdict.DOUBT, "service_unavailable"),
        (200, {"ok": False, "error": "fatal_error"}, Verdict.DOUBT, "fatal_error"),
        (200, {}, Verdict.DOUBT, "malformed_answer"),
        (200, ["ok"], Verdict.DOUBT, "malformed_answer"),
        (200, {"ok": False, "error": "message_not_found"}, Verdict.GONE, "message_not_found"),
        (200, {"ok": False, "error": "is_archived"}, Verdict.NEVER, "is_archived"),
        (200, {"ok": False, "error": "something_new"}, Verdict.STRANGE, "something_new"),
        (200, {"ok": False, "error": "token_revoked"}, Verdict.OURS, "token_revoked"),
        (401, {"ok": False, "error": "invalid_auth"}, Verdict.OURS, "invalid_auth"),
    ],
)
def test_an_answer_means(status: int, body: object, verdict: Verdict, code: str) -> None:
    """Each answer of Slack's, or of something on the way to it, has one meaning."""
    outcome = of_answer(status, body)
    assert (outcome.verdict, outcome.code) == (verdict, code)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (aiohttp.ClientConnectionError(), Outcome(Verdict.DOUBT, "connection_lost")),
        (aiohttp.ServerDisconnectedError(), Outcome(Verdict.DOUBT, "connection_lost")),
        (ConnectionResetError(), Outcome(Verdict.DOUBT, "connection_lost")),
        (TimeoutError(), Outcome(Verdict.DOUBT, "no_answer")),
        (aiohttp.ServerTimeoutError(), Outcome(Verdict.DOUBT, "no_answer")),
        (aiohttp.ConnectionTimeoutError(), Outcome(Verdict.AGAIN, "no_connection")),
        (json.JSONDecodeError("no", "", 0), Outcome(Verdict.DOUBT, "malformed_answer")),
        (AttributeError(), Outcome(Verdict.DOUBT, "malformed_answer")),
        (SlackRequestError("no"), Outcome(Verdict.DOUBT, "connection_lost")),
        (SlackApiError("no", {"ok": False}), Outcome(Verdict.DOUBT, "malformed_answer")),
    ],
)
def test_a_failure_means(error: BaseException, outcome: Outcome) -> None:
    """What is raised before anything was sent can be tried again; after it, the message is in doubt."""
    assert of_error(error) == outcome


def test_other_errors_are_not_slacks() -> None:
    """A mistake of our own is not taken for an answer."""
    with pytest.raises(KeyError):
        of_error(KeyError("ours"))


@pytest.mark.parametrize(("said", "seconds"), [("30", 30.0), ("0.5", 0.5), ("-1", 0.0), ("soon", None), (None, None)])
def test_retry_after_is_read(said: str | None, seconds: float | None) -> None:
    """Slack's wish is in seconds; nonsense is as if nothing had been said."""
    headers = {} if said is None else {"retry-after": said}
    assert of_answer(429, {}, headers).after == seconds


@pytest.mark.parametrize(
    ("url", "api_url", "allowed"),
    [
        ("https://hooks.slack.com/actions/T0/1/x", SLACK, True),
        ("https://hooks.slack-gov.com/actions/T0/1/x", SLACK, True),
        ("http://hooks.slack.com/actions/T0/1/x", SLACK, False),
        ("https://hooks.slack.com.example.test/x", SLACK, False),
        ("https://hooks.slack.com@example.test/x", SLACK, False),
        ("https://hooks.slack.com:pass@example.test/x", SLACK, False),
        ("https://169.254.169.254/latest/meta-data", SLACK, False),
        ("http://127.0.0.1:8000/response/x", SLACK, False),
        ("https://[::1", SLACK, False),
        ("", SLACK, False),
        ("http://127.0.0.1:8000/response/x", LOCAL, True),
        ("http://localhost:8000/response/x", LOCAL, True),
        ("https://hooks.slack.com/actions/T0/1/x", LOCAL, False),
    ],
)
def test_only_slacks_own_addresses_are_answered(url: str, api_url: str, allowed: bool) -> None:
    """A response_url leads to Slack's hooks; in a rehearsal to this computer, and never from there to Slack."""
    assert may_respond(url, api_url=api_url) is allowed


async def test_this_computer_is_never_reached_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy of the keeper's network is used for Slack and not for a rehearsal; nothing is retried below us."""
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.test:3128")
    async with make_session() as session:
        assert make_client("token", LOCAL, session).proxy is None
        client = make_client("token", SLACK, session)
        assert client.proxy == "http://proxy.example.test:3128"
        assert client.retry_handlers == []


@pytest.mark.parametrize(
    ("ours", "slacks"),
    [
        ("Smith & Sons", "Smith &amp; Sons"),
        ("see https://example.test now", "see <https://example.test> now"),
        ("see <https://example.test|the page>", "see <https://example.test|the page>"),
        ("two  spaces\nand a line ", "two spaces and a line"),
        ("done ✅", "done :white_check_mark:"),
        ("café", "cafe\u0301"),
    ],
)
def test_words_compare_as_slack_gives_them_back(ours: str, slacks: str) -> None:
    """What Slack rewrites on the way makes no difference."""
    assert plain(ours) == plain(slacks)


def test_other_words_are_other_words() -> None:
    """Only the same words are the same message."""
    assert plain("Question 2 of 7") != plain("Question 3 of 7")
    assert plain(None) == ""

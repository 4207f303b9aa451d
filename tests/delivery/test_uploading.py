"""Where a person's words may be sent as a file: to Slack's own addresses, and to no other."""

import pytest

from bot.delivery.client import may_upload

SLACK = "https://slack.com/api/"


@pytest.mark.parametrize(
    ("url", "api_url"),
    [
        ("https://files.slack.com/upload/v1/ABC", SLACK),
        ("https://files.slack-gov.com/upload/v1/ABC", "https://slack-gov.com/api/"),
        ("https://chat.example.org/upload/1", "https://chat.example.org/api/"),
        ("http://127.0.0.1:8420/upload/1", "http://127.0.0.1:8420/api/"),
    ],
)
def test_files_go_to_slack(url: str, api_url: str) -> None:
    """Slack's file hosts, or the very server whose API we speak to."""
    assert may_upload(url, api_url=api_url)


@pytest.mark.parametrize(
    ("url", "api_url"),
    [
        ("http://files.slack.com/upload/v1/ABC", SLACK),
        ("https://files.slack.com.example.org/upload", SLACK),
        ("https://notslack.com/upload", SLACK),
        ("https://user@files.slack.com/upload", SLACK),
        ("http://127.0.0.1:1/upload", SLACK),
        ("https://files.slack.com/upload", "http://127.0.0.1:8420/api/"),
        ("nonsense", SLACK),
    ],
)
def test_files_go_nowhere_else(url: str, api_url: str) -> None:
    """An address that an answer made up gets nothing, and a rehearsal never sends outside this computer."""
    assert not may_upload(url, api_url=api_url)

"""What is hidden from whoever reads a log or a terminal, and what is left alone."""

from bot.redact import redact, redact_secrets


def test_what_is_no_secret_stays() -> None:
    """Our ids, digests of scripts, story numbers, channels and words in capitals are left as they are."""
    said = "story 31 9f8e7d6c5b4a3210 C024BE91L UNAVAILABLE " + "ab" * 32 + " https://slack.com/api/chat.postMessage"
    assert redact(said) == said


def test_the_beginning_of_a_token_is_no_token() -> None:
    """A sentence may end with how a token begins; the first character of a token's own hides it."""
    said = "SLACK_APP_TOKEN: not an app token: it starts xapp-. The bot token starts xoxb-, not xoxp-..."
    assert redact(said) == said
    assert redact("xapp-.1-A012 xapp--1 xapp-%2D") == "xapp-[hidden] xapp-[hidden] xapp-[hidden]"


def test_passwords_in_addresses_are_hidden() -> None:
    """The password of a database or a proxy is hidden, its place is not."""
    assert redact("postgresql://bot:hunter2@db/stories") == "postgresql://bot:[hidden]@db/stories"


def test_a_terminal_may_name_people_but_no_secrets() -> None:
    """What the keeper is shown keeps the ids that the keeper wrote; what is logged does not."""
    assert redact_secrets("U024BE7LH xoxb-1-abc") == "U024BE7LH xoxb-[hidden]"
    assert redact("U024BE7LH xoxb-1-abc") == "U[hidden] xoxb-[hidden]"


def test_a_known_secret_is_hidden_whatever_it_looks_like() -> None:
    """A secret that has no shape of its own is hidden where it is known; an empty one hides nothing."""
    assert redact("the correct horse", known=["", "correct horse"]) == "the [hidden]"

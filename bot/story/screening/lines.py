"""One line of text or JSON in, one line of JSON out: what `altogether screen` does with each line. Pure."""

import json

from bot.story.screening import screen


def screen_line(line: str) -> str:
    """Returns one JSON object for a line: {"text": …, "spans": [{"start": …, "end": …, "kind": …}, …]}.

    A line that is a JSON object whose "text" is a string stands for that string; any other line is text itself.
    """
    text = _text_of(line)
    spans = [{"start": span.start, "end": span.end, "kind": span.kind} for span in screen(text)]
    found = {"text": text, "spans": spans}
    # Half a surrogate pair can be written in JSON, but only as an escape.
    return json.dumps(found, ensure_ascii=any("\ud800" <= character <= "\udfff" for character in text))


def _text_of(line: str) -> str:
    if line.lstrip().startswith("{"):
        try:
            given = json.loads(line)
        except (ValueError, RecursionError):  # words in curly brackets, or half an object: text like any other
            return line
        if isinstance(given, dict) and isinstance(given.get("text"), str):
            return str(given["text"])
    return line

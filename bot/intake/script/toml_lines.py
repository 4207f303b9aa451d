"""Which line of a TOML text each value stands on.

The standard library's parser reads TOML strictly but forgets places, and tomlkit keeps the layout but no line numbers.
So this walks the tokens of a text that `tomllib` has already accepted; it judges nothing. Called by `file.py`.
"""

import re
import tomllib

KeyPath = tuple[str | int, ...]
"""Keys and list positions (from 0) from the top of the file: ("prompt", 2, "choices", 0, "text")."""

_TOKEN = re.compile(
    r'''
      (?P<string> """(?:\\.|[^\\])*?"""(?:"{0,2}) | \'\'\'.*?\'\'\'(?:'{0,2}) | "(?:\\.|[^"\\\n])*" | '[^'\n]*' )
    | (?P<comment> \#[^\n]* )
    | (?P<bare> [^\s\[\]{}=,"'\#]+ )
    | (?P<sign> [\[\]{}=,\n] )
    ''',
    re.VERBOSE | re.DOTALL,
)


def lines_of(source: str) -> dict[KeyPath, int]:
    """Return the line, from 1, of every table, key and list element in `source`, which must be valid TOML."""
    return _Walk(source).lines


class _Walk:
    def __init__(self, source: str) -> None:
        self.lines: dict[KeyPath, int] = {}
        self._last: dict[KeyPath, int] = {}
        self._tokens: list[tuple[str, str, int]] = []
        line, seen = 1, 0
        for match in _TOKEN.finditer(source):
            line += source.count("\n", seen, match.start())
            seen = match.start()
            if match.lastgroup != "comment":
                self._tokens.append((match.lastgroup or "", match.group(), line))
        self._tokens.append(("end", "", line))
        self._at = 0
        table: KeyPath = ()
        while self._kind != "end":
            if self._text == "\n":
                self._at += 1
            elif self._text == "[":
                table = self._header()
            else:
                self._pair(table)

    @property
    def _kind(self) -> str:
        return self._tokens[self._at][0]

    @property
    def _text(self) -> str:
        return self._tokens[self._at][1]

    @property
    def _line(self) -> int:
        return self._tokens[self._at][2]

    def _note(self, path: KeyPath, line: int) -> None:
        for length in range(1, len(path) + 1):
            self.lines.setdefault(path[:length], line)

    def _key(self, end: str) -> list[str]:
        parts: list[str] = []
        while self._text != end:
            if self._kind == "string":
                parts.append(tomllib.loads(f"key = {self._text}")["key"])
            else:
                parts.extend(part for part in self._text.split(".") if part)
            self._at += 1
        self._at += 1
        return parts

    def _header(self) -> KeyPath:
        line = self._line
        many = self._tokens[self._at + 1][1] == "["
        self._at += 2 if many else 1
        *above, name = self._key("]")
        self._at += 1 if many else 0
        path: KeyPath = ()
        for part in above:
            path = (*path, part)
            if path in self._last:
                path = (*path, self._last[path])
        path = (*path, name)
        if many:
            self._last[path] = self._last.get(path, -1) + 1
            self._note(path, line)
            path = (*path, self._last[path])
        self._note(path, line)
        return path

    def _pair(self, table: KeyPath) -> None:
        line = self._line
        path = (*table, *self._key("="))
        self._note(path, line)
        self._value(path)

    def _value(self, path: KeyPath) -> None:
        if self._kind == "sign":
            closing = "]" if self._text == "[" else "}"
            self._at += 1
            count = 0
            while self._text != closing:
                if self._text in ("\n", ","):
                    self._at += 1
                elif closing == "}":
                    self._pair(path)
                else:
                    self._note((*path, count), self._line)
                    self._value((*path, count))
                    count += 1
            self._at += 1
        elif self._kind == "string":
            self._at += 1
        else:
            while self._kind == "bare":  # a date and its time may be two words
                self._at += 1

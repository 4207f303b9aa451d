"""A small schema language for Slack's payloads, and the reading of a payload by it.

Knows JSON and Slack's way of wording a refusal; knows no block, element or limit. `shapes.py` writes in it,
`validation.py` reads with it. Wordings are Slack's own where somebody has published them ("must be less than 3001
characters", "no more than 50 items allowed", "missing required field", "invalid additional property", "unsupported
type", "must provide an object", "must be a valid enum value"); the others are in the same style.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Chars:
    """A string of so many characters (code points), perhaps one of a few, perhaps of a pattern."""

    most: int | None = None
    least: int = 1
    one_of: tuple[str, ...] = ()
    pattern: str | None = None


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number."""

    least: int
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Number:
    """A number, whole or not."""


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""


@dataclass(frozen=True, slots=True)
class Items:
    """A list of so many things."""

    of: "Spec"
    most: int | None = None
    least: int = 1


@dataclass(frozen=True, slots=True)
class Shape:
    """An object: what it needs, what it may have besides, and nothing else unless it takes anything."""

    needs: Mapping[str, "Spec"] = field(default_factory=dict)
    may: Mapping[str, "Spec"] = field(default_factory=dict)
    anything: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """An object whose `type` says which shape it has."""

    shapes: Mapping[str, Shape]


Spec = Chars | Whole | Number | Flag | Items | Shape | Kind
Shapes = dict[str, Shape]


def only(shapes: Mapping[str, Shape], *types: str) -> Kind:
    """Returns a choice of some of the shapes."""
    return Kind({name: shapes[name] for name in types})


def error(problem: str, at: str) -> str:
    """Returns one entry of Slack's response_metadata.messages; `at` is a JSON pointer.

    Both may quote the sender, so what cannot be encoded becomes a question mark: a refusal can always be sent.
    """
    return f"[ERROR] {problem} [json-pointer:{at}]".encode("utf-8", "replace").decode("utf-8")


def problems(value: object, spec: Spec, at: str) -> Iterator[str]:
    """Yields everything in which a decoded JSON value differs from the schema."""
    match spec:
        case Chars():
            yield from _chars(value, spec, at)
        case Whole():
            if isinstance(value, bool) or not isinstance(value, int):
                yield error("must provide an integer", at)
            elif value < spec.least:
                yield error(f"must be greater than {spec.least - 1}", at)
            elif spec.most is not None and value > spec.most:
                yield error(f"must be less than {spec.most + 1}", at)
        case Number():
            if isinstance(value, bool) or not isinstance(value, int | float):
                yield error("must provide a number", at)
        case Flag():
            if not isinstance(value, bool):
                yield error("must provide a boolean", at)
        case Items():
            yield from _items(value, spec, at)
        case Shape():
            yield from _shape(value, spec, at)
        case Kind():
            yield from _kind(value, spec, at)


def _chars(value: object, spec: Chars, at: str) -> Iterator[str]:
    if not isinstance(value, str):
        yield error("must provide a string", at)
    elif spec.one_of:
        if value not in spec.one_of:
            yield error("must be a valid enum value", at)
    elif len(value) < spec.least:
        yield error(f"must be more than {spec.least - 1} characters", at)
    elif spec.most is not None and len(value) > spec.most:
        yield error(f"must be less than {spec.most + 1} characters", at)
    elif spec.pattern is not None and not re.fullmatch(spec.pattern, value, re.ASCII):
        yield error("must match the pattern", at)


def _items(value: object, spec: Items, at: str) -> Iterator[str]:
    if not isinstance(value, list | tuple):
        yield error("must provide an array", at)
        return
    if len(value) < spec.least:
        yield error(f"no less than {spec.least} items allowed", at)
    if spec.most is not None and len(value) > spec.most:
        yield error(f"no more than {spec.most} items allowed", at)
    for index, item in enumerate(value):
        yield from problems(item, spec.of, f"{at}/{index}")


def _shape(value: object, spec: Shape, at: str, *, tag: tuple[str, ...] = ()) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield error("must provide an object", at)
        return
    for key in spec.needs:
        if key not in value:
            yield error(f"missing required field: {key}", at)
    known = {**spec.needs, **spec.may}
    for key, part in value.items():
        if key in known:
            yield from problems(part, known[key], f"{at}/{key}")
        elif key not in tag and not spec.anything:
            yield error(f"invalid additional property: {key}", at)


def _kind(value: object, spec: Kind, at: str) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield error("must provide an object", at)
    elif "type" not in value:
        yield error("missing required field: type", at)
    elif not isinstance(value["type"], str):
        yield error("must provide a string", f"{at}/type")
    elif value["type"] not in spec.shapes:
        yield error(f"unsupported type: {value['type']}", f"{at}/type")
    else:
        yield from _shape(value, spec.shapes[value["type"]], at, tag=("type",))

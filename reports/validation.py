"""Hold a record against the shipped schema: name the first fault, or fill in what may be absent.

The schema is JSON Schema 2020-12; of its keywords this reader knows those that `schema.json` uses (a test holds
the two together), so a report needs no validator installed.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import Any, NamedTuple, TypeAlias

from reports.errors import ReportError

Schema: TypeAlias = Mapping[str, Any]


def _finite(value: Any) -> bool:
    """Whether a value is a number that a float can hold: larger integers have no size to print."""
    try:
        return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    except OverflowError:
        return False


_TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda v: isinstance(v, Mapping),
    "array": lambda v: isinstance(v, (list, tuple)),
    "string": lambda v: isinstance(v, str),
    "boolean": lambda v: isinstance(v, bool),
    "null": lambda v: v is None,
    "integer": lambda v: _finite(v) and v == int(v),
    "number": _finite,
}


class Fault(NamedTuple):
    """Where a record departs from the schema, what stands there, and what should."""

    place: str
    given: str
    expected: str


@cache
def schema() -> dict[str, Any]:
    """Return the schema of the record, as shipped in `schema.json`."""
    text = files("reports").joinpath("schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def validate(record: Any) -> None:
    """Check that a record is what the page can be made from.

    Parameters
    ----------
    record : dict
        The record, as read from JSON.

    Raises
    ------
    ReportError
        Something is missing or of another kind, or an id stands twice: the message names the place.
    """
    fault = next(chain(_faults(record, schema(), "record"), _unwritable(record, "record")), None)
    fault = fault or next(_repeated(record), None)
    if fault is None:
        return
    advice = "Write the record with 'gradproof report', or see reports/schema.json."
    if re.fullmatch(r"record\.schema", fault.place):
        advice = "This gradproof reads version 1 of the record; use the version that wrote it."
    raise ReportError(f"{fault.place} is {fault.given}; expected {fault.expected}. {advice}")


def complete(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of a valid record in which every optional field that is absent has its default."""
    filled: dict[str, Any] = _filled(record, schema())
    return filled


# -- faults ------------------------------------------------------------------------------------------------------


def _faults(value: Any, part: Schema, place: str) -> Iterator[Fault]:
    """Yield the faults of `value` under one part of the schema, outermost first."""
    for keyword, argument in part.items():
        check = _KEYWORDS.get(keyword)
        if check is not None:
            yield from check(value, argument, place)


def _ref(value: Any, pointer: str, place: str) -> Iterator[Fault]:
    yield from _faults(value, _resolved(pointer), place)


def _resolved(pointer: str) -> Schema:
    target: Schema = schema()["$defs"][pointer.removeprefix("#/$defs/")]
    return target


def _type(value: Any, names: str | list[str], place: str) -> Iterator[Fault]:
    allowed = [names] if isinstance(names, str) else names
    if not any(_TYPES[name](value) for name in allowed):
        yield Fault(place, _shown(value), " or ".join(_WORDS[name] for name in allowed))


_WORDS = {
    "object": "an object",
    "array": "a list",
    "string": "a string",
    "boolean": "true or false",
    "null": "null",
    "integer": "a whole number",
    "number": "a finite number (write NaN and infinities as strings)",
}


def _enum(value: Any, allowed: list[Any], place: str) -> Iterator[Fault]:
    if not any(value == a and type(value) is type(a) for a in allowed):
        yield Fault(place, _shown(value), f"one of {', '.join(json.dumps(a) for a in allowed)}")


def _required(value: Any, names: list[str], place: str) -> Iterator[Fault]:
    if isinstance(value, Mapping):
        for name in names:
            if name not in value:
                yield Fault(f"{place}.{name}", "missing", "every field that the schema requires")


def _properties(value: Any, parts: Mapping[str, Schema], place: str) -> Iterator[Fault]:
    if isinstance(value, Mapping):
        for name, part in parts.items():
            if name in value:
                yield from _faults(value[name], part, f"{place}.{name}")


def _additional(value: Any, part: Schema, place: str) -> Iterator[Fault]:
    """`additionalProperties`, in this schema only where no property is named beforehand."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _faults(item, part, f"{place}[{json.dumps(name)}]")


def _items(value: Any, part: Schema, place: str) -> Iterator[Fault]:
    if isinstance(value, (list, tuple)):
        for position, item in enumerate(value):
            yield from _faults(item, part, f"{place}[{position}]")


def _any_of(value: Any, parts: list[Schema], place: str) -> Iterator[Fault]:
    faults = [next(_faults(value, part, place), None) for part in parts]
    if None not in faults:
        deepest = max((f for f in faults if f), key=lambda f: len(f.place))
        if deepest.place != place:
            yield deepest
        else:
            yield Fault(place, _shown(value), " or ".join(f.expected for f in faults if f))


def _at_least(value: Any, least: float, place: str) -> Iterator[Fault]:
    if _finite(value) and value < least:
        yield Fault(place, _shown(value), f"at least {least}")


def _long_enough(value: Any, least: int, place: str) -> Iterator[Fault]:
    if isinstance(value, str) and len(value) < least:
        yield Fault(place, "empty", "words")


def _enough(value: Any, least: int, place: str) -> Iterator[Fault]:
    if isinstance(value, (list, tuple)) and len(value) < least:
        yield Fault(place, f"a list of {len(value)}", f"{least} or more")


def _few_enough(value: Any, most: int, place: str) -> Iterator[Fault]:
    if isinstance(value, (list, tuple)) and len(value) > most:
        yield Fault(place, f"a list of {len(value)}", f"{most} or fewer")


def _pattern(value: Any, pattern: str, place: str) -> Iterator[Fault]:
    if isinstance(value, str) and not re.search(pattern, value):
        yield Fault(place, _shown(value), f"a string that matches {pattern}")


_KEYWORDS: dict[str, Callable[[Any, Any, str], Iterator[Fault]]] = {
    "$ref": _ref,
    "type": _type,
    "enum": _enum,
    "anyOf": _any_of,
    "required": _required,
    "properties": _properties,
    "additionalProperties": _additional,
    "items": _items,
    "minimum": _at_least,
    "minLength": _long_enough,
    "minItems": _enough,
    "maxItems": _few_enough,
    "pattern": _pattern,
}


def _unwritable(value: Any, place: str) -> Iterator[Fault]:
    """Yield what JSON has no word for, in fields that the schema does not name too."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str):
                yield Fault(f"{place}, a key,", _shown(key), "a string, as JSON's keys are")
            yield from _unwritable(item, f"{place}[{json.dumps(str(key))}]")
    elif isinstance(value, (list, tuple)):
        for position, item in enumerate(value):
            yield from _unwritable(item, f"{place}[{position}]")
    elif isinstance(value, str):
        if re.search("[\ud800-\udfff]", value):
            yield Fault(place, ascii(value), "text (half a surrogate pair is none)")
    elif not (value is None or isinstance(value, bool) or _finite(value)):
        yield Fault(place, _shown(value), "what JSON can hold (write NaN and infinities as strings)")


def _repeated(record: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield ids that stand twice: a link to one of them would show the other."""
    for kind in ("operations", "claims"):
        seen: dict[str, int] = {}
        for position, entry in enumerate(record[kind]):
            first = seen.setdefault(entry["id"], position)
            if first != position:
                place = f"record.{kind}[{position}].id"
                yield Fault(place, _shown(entry["id"]), f"an id of its own ({kind}[{first}] has this one)")


def _shown(value: Any) -> str:
    """Return a value as an error message shows it: its JSON, cut short, and its type where that is the trouble."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        text = repr(value)
    kind = "" if value is None or isinstance(value, (bool, Mapping)) else f" (type {type(value).__name__})"
    return (text if len(text) <= 60 else f"{text[:57]}…") + kind


# -- defaults ----------------------------------------------------------------------------------------------------


def _filled(value: Any, part: Schema) -> Any:
    """Return a copy of `value` with the defaults of `part` filled in, all the way down."""
    if "$ref" in part:
        return _filled(value, _resolved(part["$ref"]))
    if isinstance(value, Mapping):
        return _filled_object(value, _object_part(part))
    if isinstance(value, (list, tuple)):
        return [_filled(item, part.get("items", {})) for item in value]
    return value


def _object_part(part: Schema) -> Schema:
    """Return the alternative of `part` that speaks of objects."""
    resolved = [_resolved(p["$ref"]) if "$ref" in p else p for p in part.get("anyOf", ())]
    return next((p for p in resolved if p.get("type") == "object"), part)


def _filled_object(value: Mapping[str, Any], part: Schema) -> dict[str, Any]:
    parts: Mapping[str, Schema] = part.get("properties", {})
    other: Schema = part.get("additionalProperties", {})
    filled = {name: _filled(item, parts.get(name, other)) for name, item in value.items()}
    for name, inner in parts.items():
        if name not in filled and "default" in inner:
            filled[name] = _filled(deepcopy(inner["default"]), inner)
    return filled

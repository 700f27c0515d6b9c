"""Forms, read strictly: a form is a msgspec Struct, and every field of it is checked by itself.

Rules:
* A field that the form does not have, or one given twice that stands once, refuses the whole form: no browser sends it.
* Empty means not given. What is wrong is named by field and rule, never by value.
* Bounds stand in the Struct's types; the body's bound is the route's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, time
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, Union, get_args, get_origin
from urllib.parse import parse_qsl

import msgspec

from discretion.faces.kit.crossing import TOKEN_FIELD

if TYPE_CHECKING:
    from collections.abc import Mapping

Form = TypeVar("Form", bound=msgspec.Struct)

_FIELDS_MAX: Final = 400
_WITHOUT_SECONDS: Final = re.compile(r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2}T)?[0-9]{2}:[0-9]{2}")
_RULES: Final = (
    (re.compile(r"Expected `(?:str|array)` of length"), "length"),
    (re.compile(r"Expected `str` matching regex"), "form"),
    (re.compile(r"Expected `(?:int|float|decimal)` [<>]"), "range"),
    (re.compile(r"Invalid enum value|Invalid value"), "choice"),
)


class MalformedFormError(Exception):
    """What arrived is no form of this page: no person typed it. Names the field, never a value."""


@dataclass(frozen=True, slots=True)
class Filled(Generic[Form]):
    """A form as it came: its value when every field is right, else what is wrong; `raw` fills the page again."""

    value: Form | None
    errors: Mapping[str, str] = field(default_factory=dict)
    raw: Mapping[str, Any] = field(default_factory=dict)


def token_in(raw_body: bytes) -> str:
    """Return the form's token as sent, empty when there is none or two. Errors: `MalformedFormError`."""
    found = [value for name, value in _pairs(raw_body) if name == TOKEN_FIELD]
    return found[0] if len(found) == 1 else ""


def fields_of(raw_body: bytes) -> dict[str, list[str]]:
    """Return every field's values, in the order sent, without the form's token.

    Errors: `MalformedFormError` when the body is no urlencoded UTF-8 or has too many fields.
    """
    found: dict[str, list[str]] = {}
    for name, value in _pairs(raw_body):
        if name != TOKEN_FIELD:
            found.setdefault(name, []).append(value)
    return found


def in_capitals(given: Mapping[str, list[str]], *names: str) -> dict[str, list[str]]:
    """Return the fields with these ones in capitals, as codes of countries and currencies are written."""
    return {name: [text.upper() for text in texts] if name in names else texts for name, texts in given.items()}


def filled(given: Mapping[str, list[str]], kind: type[Form]) -> Filled[Form]:
    """Return the form as `kind`, or what is wrong with it by field.

    Shapes: an error is one of `required`, `length`, `form`, `range`, `choice`, `type`.
    Errors: `MalformedFormError` for an unknown field, or one given twice that `kind` has once.
    """
    known = {info.encode_name: info for info in msgspec.structs.fields(kind)}
    if unknown := next((name for name in given if name not in known), None):
        raise MalformedFormError(f"unknown field {unknown[:40]!r}")
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    raw: dict[str, Any] = {}
    for name, info in known.items():
        texts = [text.strip() for text in given.get(name, [])]
        is_many = _is_list(info.type)
        if not is_many and len(texts) > 1:
            raise MalformedFormError(f"field {name!r} is given more than once")
        raw[name] = texts if is_many else (texts[0] if texts else "")
        if not is_many and (not texts or not texts[0]):
            if info.required:
                errors[name] = "required"
            continue
        try:
            given_value = texts if is_many else _whole(texts[0], info.type)
            values[info.name] = msgspec.convert(given_value, info.type, strict=False)
        except msgspec.ValidationError as error:
            errors[name] = _rule(str(error))
    if errors:
        return Filled(None, errors, raw)
    return Filled(kind(**values), {}, raw)


def _pairs(raw_body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            raw_body.decode("ascii"), keep_blank_values=True, max_num_fields=_FIELDS_MAX, errors="strict",
            strict_parsing=bool(raw_body),
        )
    except ValueError:
        # Dropped: it may quote what was typed.
        raise MalformedFormError("the form cannot be read") from None


def _is_list(kind: object) -> bool:
    """Return whether a field of this type may be sent more than once."""
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return any(_is_list(part) for part in get_args(kind) if part is not NoneType)
    if hasattr(kind, "__metadata__"):
        return _is_list(get_args(kind)[0])
    return origin in (list, tuple)


def _whole(text: str, kind: object) -> str:
    """Return a time as msgspec reads it: browsers leave the seconds away."""
    is_timed = kind in (time, datetime) or any(part in (time, datetime) for part in get_args(kind))
    return f"{text}:00" if is_timed and _WITHOUT_SECONDS.fullmatch(text) else text


def _rule(saying: str) -> str:
    """Return the rule that msgspec's sentence means; the sentence itself may quote a value and is dropped."""
    return next((rule for pattern, rule in _RULES if pattern.search(saying)), "type")

"""Phones: read as people write them, kept as E.164, shown as their reader is used to.

Rules:
* What cannot be read is not a phone: the caller gets a value that says which rule it breaks, and may keep the text.
* Chinese mobiles are read here; all others by the phonenumbers library, loaded with the first of them.
* Shown nationally for China (+86), internationally for all others. A masked phone shows its mask.

Left to others: masks (`mask.mask_phone`), tokens (`exact`).
Source: experience.md section 6.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from discretion.hotel.country import alpha2
from discretion.hotel.record import Phone, RecordError

if TYPE_CHECKING:
    from types import ModuleType

PHONE_LENGTH_MAX: Final = 40
PhoneKind: TypeAlias = Literal["mobile", "home", "work", "other", ""]

_CHINA: Final = 86
_CHINA_MOBILE: Final = re.compile(r"(?:\+86|0086)?(1[3-9][0-9]{9})")
_FILLERS: Final = re.compile(r"[\s\-().]+")


def parse_phone(as_written: str, region: str, kind: PhoneKind = "") -> Phone | RecordError:
    """Return the phone that `as_written` means to somebody in `region`, or the rule that it breaks.

    Shapes: at most 40 characters; `region` is alpha-2 or alpha-3, used when the number has no country code, and may be
    empty. Rules: `missing`, `length`, `form` (no phone number), `number` (none that its country gives out).
    Not checked: whether anybody answers.
    """
    text = as_written.strip()
    if not text:
        return RecordError("contact", "phone", "missing")
    if len(text) > PHONE_LENGTH_MAX:
        return RecordError("contact", "phone", "length")
    home = alpha2(region)
    mobile = _CHINA_MOBILE.fullmatch(_FILLERS.sub("", text))
    if mobile and (home == "CN" or not text.startswith("1")):
        return Phone(
            e164=f"+86{mobile[1]}", country_code=_CHINA, national=mobile[1], kind=kind or "mobile", as_written=text
        )
    return _parse_elsewhere(text, home, kind)


def _parse_elsewhere(text: str, home: str | None, kind: PhoneKind) -> Phone | RecordError:
    """Return the phone as the library reads it."""
    library = _library()
    try:
        number = library.parse(text, home)
    except library.NumberParseException:
        return RecordError("contact", "phone", "form")
    if not library.is_possible_number(number):
        return RecordError("contact", "phone", "number")
    e164: str = library.format_number(number, library.PhoneNumberFormat.E164)
    country_code: int = number.country_code
    national = e164[1 + len(str(country_code)) :]
    return Phone(e164=e164, country_code=country_code, national=national, kind=kind, as_written=text)


def display_phone(phone: Phone) -> str:
    """Return a phone as shown: `138 0013 8000`, `+852 6123 4567`; a mask as `138****8000`, `+44 ****6750`.

    A phone that could not be read is shown as written.
    """
    if phone.e164:
        return _display_number(phone.e164)
    if phone.national:
        is_abroad = phone.country_code not in {0, _CHINA}
        return f"+{phone.country_code} {phone.national}" if is_abroad else phone.national
    return phone.as_written


def _display_number(e164: str) -> str:
    """Return an E.164 number with the blanks of its country. Not cached: a number shown once is not to be kept."""
    if mobile := _CHINA_MOBILE.fullmatch(e164):
        digits = mobile[1]
        return f"{digits[:3]} {digits[3:7]} {digits[7:]}"
    library = _library()
    try:
        number = library.parse(e164, None)
    except library.NumberParseException:
        return e164
    style = library.PhoneNumberFormat
    shown: str = library.format_number(number, style.NATIONAL if number.country_code == _CHINA else style.INTERNATIONAL)
    return shown


@lru_cache(maxsize=1)
def _library() -> ModuleType:
    """Return phonenumbers, loaded when the first phone from abroad is read: it takes 40 ms and more."""
    import phonenumbers  # noqa: PLC0415 - as said

    return phonenumbers

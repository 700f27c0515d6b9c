"""Which language a person reads: own setting, then the switch's cookie, then what the browser asks for.

Rules:
* zh, zh-CN, zh-SG and zh-Hans are simplified Chinese; zh-TW, zh-HK and zh-Hant too, until there is a catalogue.
* Whatever is neither Chinese nor English gets the installation's first language.
"""

from __future__ import annotations

from typing import Final

COOKIE: Final = "language"
HTML_LANG: Final = {"zh_Hans": "zh-Hans-CN", "en": "en-GB"}
BABEL_LOCALE: Final = {"zh_Hans": "zh_Hans_CN", "en": "en_GB"}
_ACCEPT_SIZE_MAX: Final = 200


def matched(tag: str) -> str | None:
    """Return our language for a tag of RFC 5646, such as `zh-TW` or `en_GB`, or None."""
    primary = tag.strip().replace("_", "-").split("-", 1)[0].casefold()
    return {"zh": "zh_Hans", "en": "en"}.get(primary)


def chosen(setting: str, cookie: str, accept: str, first: str) -> str:
    """Return the language to speak.

    Shapes: `accept` is the header Accept-Language; weights are read, and of equal ones the earlier stands first.
    """
    for tag in (setting, cookie):
        if tag and (found := matched(tag)):
            return found
    weighed: list[tuple[float, int, str]] = []
    for place, part in enumerate(accept[:_ACCEPT_SIZE_MAX].split(",")):
        tag, _, raw_weight = part.partition(";q=")
        try:
            weight = float(raw_weight) if raw_weight else 1.0
        except ValueError:
            continue
        if weight > 0 and (found := matched(tag)):
            weighed.append((-weight, place, found))
    return min(weighed)[2] if weighed else first

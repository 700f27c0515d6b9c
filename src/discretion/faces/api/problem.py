"""Errors of the JSON API: RFC 9457 problem documents with stable codes, in the request's language.

Rules:
* `code` never changes once published; `detail` is for people and may. No value that was sent is repeated.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from discretion.faces.kit import language
from discretion.faces.kit.forms import MalformedFormError
from discretion.faces.kit.means import KeeperFailedError
from discretion.faces.kit.refusals import act_sentence
from discretion.faces.kit.seat import NotPermittedError, NotSignedInError
from discretion.faces.kit.trouble import status_and_words
from discretion.faces.kit.words import marked as _
from discretion.faces.kit.words import translator
from discretion.office.database import OfficeUnavailableError
from discretion.watch.published import LogAwayError
from discretion.wire.frame import FrameError

if TYPE_CHECKING:
    from discretion.faces.kit.means import Means
    from discretion.office.outcome import ActRefusal

TYPE = "application/problem+json"
_CODES = {
    400: "malformed", 404: "not_found", 405: "method", 413: "too_large", 415: "media_type", 422: "malformed",
}  # fmt: skip


_CODE_OF_KIND: Final[dict[type[Exception], str]] = {
    NotSignedInError: "ticket", NotPermittedError: "not_allowed", OfficeUnavailableError: "unavailable",
    FrameError: "unavailable", LogAwayError: "unavailable", MalformedFormError: "malformed",
    ValidationException: "malformed",
}  # fmt: skip


_CHALLENGES: Final = {
    "presence_signature": "HMAC", "reader_key": 'Bearer, Basic realm="ledger", charset="UTF-8"',
}  # fmt: skip
_READER_KEY: Final = {
    "bearer": "Authorization: Bearer KEY", "basic": "HTTP Basic",
    "command": "discretion ledger reader add NAME --property CODE",
}  # fmt: skip


_CONTROLLERS: Final = {
    "event_early": (422, _("This lies more than 30 seconds ahead. Set the controller's clock right.")),
    "event_old": (422, _("This is older than two minutes. Nothing of it was taken.")),
    "presence_property": (403, _("An event is of another hotel than this source. Nothing of the report was taken.")),
    "presence_signature": (401, _("No source reports here with this signature.")),
}  # fmt: skip
"""What is said to a door controller, by code."""


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """A problem document. `code` is ours and stable; `field` says what to mend."""

    title: str
    status: int
    code: str
    detail: str
    type: str = "about:blank"
    field: str = ""


class BodyError(Exception):
    """A JSON body that is none, or not of the shape; names the field, never a value."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class ControllerError(Exception):
    """A door controller's report is not taken; `code` stands in the table above."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class ReaderKeyError(Exception):
    """A published ledger is asked for without a reader's key, with a wrong one, or with another property's."""


class ActRefusedError(Exception):
    """The office changed nothing; carries its refusal to the problem document."""

    def __init__(self, refusal: ActRefusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


def problem_of(request: Request[Any, Any, Any], error: Exception, means: Means) -> Response[bytes]:
    """Return the problem document for `error`."""
    spoken = language.chosen("", "", request.headers.get("accept-language", ""), means.settings.first_language)
    words = translator(spoken, "ui")
    if isinstance(error, ActRefusedError):
        refusal = error.refusal
        status = 404 if refusal.code == "not_found" else 409
        return _told(status, refusal.code, act_sentence(words, refusal.code, refusal.params), spoken)
    if isinstance(error, ControllerError):
        status, sentence = _CONTROLLERS[error.code]
        return _told(status, error.code, words.gettext(sentence), spoken)
    if isinstance(error, BodyError):
        detail = words.gettext("One of the entries cannot be read. Check it and try again.")
        return _told(422, "malformed", detail, spoken, error.field)
    if isinstance(error, ReaderKeyError):
        detail = words.gettext(
            "This ledger is read with a reader's key of this property: %(bearer)s, or as the password of %(basic)s. "
            "Whoever runs the hotel's system makes one: %(command)s"
        )
        return _told(401, "reader_key", detail % _READER_KEY, spoken)
    status, _title, advice = status_and_words(error)
    field = error.field if isinstance(error, KeeperFailedError) else ""
    return _told(status, code_of(error, status), words.gettext(advice), spoken, field)


def code_of(error: Exception, status: int) -> str:
    """Return the stable code of an error."""
    if isinstance(error, KeeperFailedError):
        return error.code
    if isinstance(error, HTTPException) and not isinstance(error, ValidationException):
        return _CODES.get(status, "http")
    return next((code for kind, code in _CODE_OF_KIND.items() if isinstance(error, kind)), "bug")


def _told(status: int, code: str, detail: str, spoken: str, field: str = "") -> Response[bytes]:
    problem = Problem(title=HTTPStatus(status).phrase, status=status, code=code, detail=detail, field=field)
    headers = {"content-language": language.HTML_LANG[spoken]}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["www-authenticate"] = _CHALLENGES.get(code, "Bearer")
    return Response(msgspec.json.encode(problem), status_code=status, media_type=TYPE, headers=headers)

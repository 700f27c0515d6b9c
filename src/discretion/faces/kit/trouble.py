"""Errors in words: each exception that leaves a page becomes a page in the reader's language, with one status.

Rules:
* No text of an exception is shown or logged: it may quote what a guest said.
* What one may not know of, and what does not exist, are the same 404.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

from litestar.exceptions import HTTPException

from discretion.faces.kit.crossing import CrossingError
from discretion.faces.kit.doorstep import FOR_MACHINES, LOGGER, is_for_guests
from discretion.faces.kit.formats import Formats
from discretion.faces.kit.forms import MalformedFormError
from discretion.faces.kit.means import KeeperFailedError
from discretion.faces.kit.refusals import failure_of, status_words
from discretion.faces.kit.seat import (
    Caller,
    HandedOverError,
    LockedError,
    NotPermittedError,
    NotSignedInError,
    NoVisitError,
)
from discretion.office.database import OfficeUnavailableError
from discretion.watch.published import LogAwayError
from discretion.wire.frame import FrameError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from litestar import Request, Response

    from discretion.faces.kit.means import Means

HANDLED: Final = (
    HTTPException, HandedOverError, KeeperFailedError, LockedError, MalformedFormError, NotPermittedError,
    NotSignedInError, NoVisitError, OfficeUnavailableError, FrameError, CrossingError, Exception,
)  # fmt: skip
_ENDED: Final = ("ticket",)
_log: Final = logging.getLogger(LOGGER)


def status_and_words(error: Exception) -> tuple[int, str, str]:
    """Return status, title and advice in English. An unforeseen error is a bug, and its place is written down."""
    match error:
        case KeeperFailedError(code=code):
            status, advice = failure_of(code)
            return status, status_words(status)[0], advice
        case MalformedFormError():
            status = 422
        case NotPermittedError() | CrossingError() | LockedError():
            status = 403
        case NotSignedInError() | NoVisitError():
            status = 401
        case OfficeUnavailableError() | FrameError() | LogAwayError():
            part = "keeper" if isinstance(error, FrameError) else "database"
            _log.warning("unavailable", extra={"fields": {"part": part}})
            status = 503
        case HTTPException(status_code=status):
            pass
        case _:
            _log.error("bug", exc_info=error)
            status = 500
    return status, *status_words(status)


def page_of(request: Request[Any, Any, Any], error: Exception, means: Means) -> Response[bytes]:
    """Return the page for `error`; whose sign-in has ended is sent to sign in, without the old ticket."""
    caller = Caller(request, means)
    if isinstance(error, HandedOverError | NoVisitError):
        if isinstance(error, NoVisitError) and caller.raw_guest is not None:
            caller.drop_guest()
        return caller.onward(error.address if isinstance(error, HandedOverError) else "/my/sign-in")
    if isinstance(error, NotSignedInError) or (isinstance(error, KeeperFailedError) and error.code in _ENDED):
        if caller.raw_ticket is not None:
            caller.drop_ticket()
        return caller.onward("/sign-in" if caller.raw_terminal is None else "/terminal")
    if isinstance(error, KeeperFailedError) and error.code == "duty":
        return caller.onward("/duty")
    if isinstance(error, LockedError) and not request.headers.get("accept", "").startswith("application/json"):
        caller.language, caller.formats = error.language, Formats(error.language, error.time_zone)
        return caller.page("locked.html", status=403, held=error.held)
    status, title, advice = status_and_words(error)
    words = caller.words
    if request.headers.get("accept", "").startswith("application/json"):
        return caller.data({"title": words.gettext(title), "advice": words.gettext(advice)}, status=status)
    template = "guest_error.html" if is_for_guests(request.url.path) else "error.html"
    return caller.page(
        template, status=status, code=status, title=words.gettext(title), advice=words.gettext(advice)
    )


def exception_handlers(
    means: Means, problem: Callable[[Request[Any, Any, Any], Exception, Means], Response[bytes]]
) -> Mapping[type[Exception], Callable[[Request[Any, Any, Any], Any], Response[bytes]]]:
    """Return Litestar's table of handlers: pages for people, `problem` for what machines read."""

    def answer(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
        if request.url.path.startswith(FOR_MACHINES):
            return problem(request, error, means)
        return page_of(request, error, means)

    return dict.fromkeys(HANDLED, answer)

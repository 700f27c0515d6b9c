"""A form sent as our own page would send it, with any fields: what somebody does who edits a page before sending it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from playwright.sync_api import APIResponse, Page


def sent(page: Page, path: str, fields: Mapping[str, str], token_of: str = "/display") -> APIResponse:
    """Return the answer to a form with the page's own sign-in and token; a redirect is not followed."""
    origin = page.context.request.get(token_of).url.partition(token_of)[0]
    token = re.search(r'name="_token" value="([^"]+)"', page.context.request.get(token_of).text())
    assert token is not None
    return page.context.request.post(
        path, form={"_token": token[1], **fields}, max_redirects=0, headers={"sec-fetch-site": "same-origin", "origin": origin},
    )

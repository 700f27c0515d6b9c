"""Nothing but the files of the public folder is to be had there, however the address is written; and no script runs on them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.faces.asgi import asked, house_without_anything_behind

ODD = [
    "/transparency/harbour/../secret.txt", "/transparency/harbour/%2e%2e/secret.txt", "/transparency/harbour/..%2fsecret.txt", "/transparency/../secret.txt",
    "/transparency/harbour/secret.txt", "/transparency/harbour/.index.html.new", "/transparency/harbour/index.html%00",
    "/transparency/harbour/INDEX.HTML", "/transparency/harbour/2026-Q5.html", "/transparency/harbour/2026-Q3.html.json", "/transparency/harbour/2026-Q3",
    "/transparency/hilltop/index.html", "/transparency/harbour%2f..%2fhilltop/index.html", "/transparency/harbour/index.fr.html", "/transparency/harbour/index.html%0a",
    "/transparency/hilltop", "/transparency/%2e%2e",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("data") / "transparency"
    for code in ("harbour", "hilltop"):
        (made / code).mkdir(parents=True)
        (made / code / "index.html").write_text(f"<!doctype html>{code}", "utf-8")
        (made / code / "secret.txt").write_text("kept apart", "utf-8")
        (made / code / ".index.html.new").write_text("kept apart", "utf-8")
    (made.parent / "secret.txt").write_text("kept apart", "utf-8")
    return made


@pytest.mark.parametrize("path", ODD)
async def test_it_is_nowhere(folder: Path, path: str) -> None:
    app = house_without_anything_behind.__wrapped__(transparency=str(folder), properties={"harbour": bytes(16)})
    answered = await asked(app, path)
    assert answered.status in {400, 404, 503}, answered.body
    assert b"kept apart" not in answered.body and b"<!doctype html>hilltop" not in answered.body


async def test_the_page_is_served_to_everybody_and_runs_no_script(folder: Path) -> None:
    app = house_without_anything_behind.__wrapped__(transparency=str(folder), properties={"harbour": bytes(16)})
    answered = await asked(app, "/transparency/harbour/index.html")
    assert (answered.status, answered.body) == (200, b"<!doctype html>harbour")
    assert "script-src 'none'" in answered.header("content-security-policy")
    assert answered.header("cache-control") == "public, max-age=300"
    assert answered.header("set-cookie") == ""
    leads = await asked(app, "/transparency", accept_language="en")
    assert (leads.status, leads.header("location")) == (303, "/transparency/harbour/index.en.html")

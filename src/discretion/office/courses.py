"""Courses: what is read and asked, in which version, how long a completion counts, and which duties need it.

Rules:
* A version is never changed: what somebody read and was asked stays known. Another text is another version.
* Text is plain and in both languages; no markup of any kind is read.
* A duty that needs a course shows guest data to nobody without it; the keeper reads who needs what itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date  # noqa: TC003 - the rows are built from these annotations
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
from msgspec import Meta

from discretion.office.outcome import ActRefusal, Done, RefusedError
from discretion.office.sql import queries
from discretion.office.staff import is_role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from discretion.office.database import Office, Statements

_SQL = queries("courses.sql")
FILE_SIZE_BYTES_MAX: Final = 256 * 1024
Line = Annotated[str, Meta(min_length=1, max_length=400)]
Name = Annotated[str, Meta(min_length=1, max_length=80)]
Key = Annotated[str, Meta(pattern="^[a-z][a-z0-9_-]{0,39}$")]


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One text in both languages."""

    zh: Annotated[str, Meta(min_length=1, max_length=1200)]
    en: Annotated[str, Meta(min_length=1, max_length=1200)]


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One part to read."""

    key: Key
    title: Said
    paragraphs: Annotated[list[Said], Meta(min_length=1, max_length=12)]


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One question; `section` says where its answer stands, `right` which choice it is, from 0."""

    section: Key
    text: Said
    choices: Annotated[list[Said], Meta(min_length=2, max_length=6)]
    right: Annotated[int, Meta(ge=0, le=5)]


class Content(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A course in one version. `pass_percent` of the questions must be answered rightly."""

    course: Key
    version: Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    name: Said
    months: Annotated[int, Meta(ge=1, le=36)]
    pass_percent: Annotated[int, Meta(ge=50, le=100)]
    sections: Annotated[list[Section], Meta(min_length=1, max_length=30)]
    questions: Annotated[list[Question], Meta(min_length=1, max_length=40)]

    @property
    def needed(self) -> int:
        """How many right answers pass."""
        return -(-len(self.questions) * self.pass_percent // 100)


@dataclass(frozen=True, slots=True)
class Course:
    """A course with its newest version and the duties that need it."""

    course: str
    name_zh: str
    name_en: str
    months: int
    version: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OwnCourse:
    """A course as it concerns one person; `valid_until` None: never completed. `needed_for`: roles that need it."""

    course: str
    name_zh: str
    name_en: str
    months: int
    version: str
    needed_for: tuple[str, ...]
    valid_until: date | None
    today: date

    @property
    def is_current(self) -> bool:
        """Whether a completion counts today."""
        return self.valid_until is not None and self.valid_until >= self.today


def packaged() -> Content:
    """Return the privacy course that comes with the product."""
    found = read_course((files("discretion.office") / "privacy_course.toml").read_bytes())
    if isinstance(found, ActRefusal):
        raise RuntimeError(found.params["what"])  # noqa: TRY004 - the file came with us; its type is not the matter
    return found


def read_course(raw_toml: bytes) -> Content | ActRefusal:
    """Return a course from its file. Refusals: `course_file`, with what is wrong and where."""
    if len(raw_toml) > FILE_SIZE_BYTES_MAX:
        return ActRefusal("course_file", {"what": "> 256 KiB"})
    try:
        found = msgspec.toml.decode(raw_toml, type=Content)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return ActRefusal("course_file", {"what": str(error)})
    keys = [section.key for section in found.sections]
    if len(set(keys)) != len(keys):
        return ActRefusal("course_file", {"what": "sections: key twice"})
    for number, question in enumerate(found.questions):
        if question.section not in keys:
            return ActRefusal("course_file", {"what": f"questions[{number}].section"})
        if question.right >= len(question.choices):
            return ActRefusal("course_file", {"what": f"questions[{number}].right"})
    return found


async def install_course(
    office: Office, property_id: bytes, content: Content, roles: Sequence[str],
) -> Done | ActRefusal:
    """Add a course or a version of it, and have these duties need it. The same again changes nothing.

    Refusals: `role`; `version_taken` when this version has another text already.
    """
    if unknown := [role for role in roles if not is_role(role)]:
        return ActRefusal("role", {"role": unknown[0]})
    params = {
        "property_id": property_id, "course": content.course, "version": content.version, "months": content.months,
        "name_zh": content.name.zh, "name_en": content.name.en, "content": msgspec.json.encode(content).decode(),
    }
    try:
        async with office.changing() as now:
            touched = await now.run(_SQL["put_course"], params)
            added = await now.run(_SQL["put_version"], params)
            if not added and not await now.dicts(_SQL["same_version"], params):
                raise RefusedError("version_taken", version=content.version)
            touched += added + await _need(now, property_id, content.course, roles)
    except RefusedError as refused:
        return refused.refusal
    return Done(property_id, is_repeat=not touched)


async def require_course(office: Office, property_id: bytes, course: str, role: str) -> Done | ActRefusal:
    """Have a duty need a course from now on. Refusals: `role`, `not_found`."""
    if not is_role(role):
        return ActRefusal("role", {"role": role})
    async with office.changing() as now:
        if not await now.dicts(_SQL["course"], {"property_id": property_id, "course": course}):
            return ActRefusal("not_found")
        return Done(property_id, is_repeat=not await _need(now, property_id, course, [role]))


async def release_course(office: Office, property_id: bytes, course: str, role: str) -> Done | ActRefusal:
    """Have a duty need a course no more. Refusals: `not_found` when it does not."""
    async with office.changing() as now:
        params = {"property_id": property_id, "course": course, "role": role}
        if not await now.run(_SQL["release"], params):
            return ActRefusal("not_found")
    return Done(property_id, is_repeat=False)


async def courses(office: Office, property_id: bytes) -> tuple[Course, ...]:
    """Return every course, by its key."""
    async with office.reading() as now:
        rows = await now.dicts(_SQL["courses"], {"property_id": property_id})
    return tuple(Course(**{**row, "roles": tuple(row["roles"])}) for row in rows)


async def own_courses(office: Office, property_id: bytes, staff_id: bytes) -> tuple[OwnCourse, ...]:
    """Return every course as it concerns one person, those needed first."""
    async with office.reading() as now:
        rows = await now.dicts(_SQL["own"], {"property_id": property_id, "staff_id": staff_id})
    return tuple(OwnCourse(**{**row, "needed_for": tuple(row["needed_for"])}) for row in rows)


async def content_of(office: Office, property_id: bytes, course: str, version: str = "") -> Content | None:
    """Return what is read and asked in a version, the newest when none is named; None for an unknown one."""
    async with office.reading() as now:
        return await read_content(now, property_id, course, version)


async def read_content(now: Statements, property_id: bytes, course: str, version: str = "") -> Content | None:
    """Return the content as `content_of` does, on a connection that is at hand."""
    params: dict[str, Any] = {"property_id": property_id, "course": course, "version": version}
    rows = await now.dicts(_SQL["content"], params)
    return msgspec.convert(rows[0]["content"], Content) if rows else None


async def _need(now: Statements, property_id: bytes, course: str, roles: Sequence[str]) -> int:
    params = {"property_id": property_id, "course": course, "roles": list(roles)}
    return await now.run(_SQL["require"], params) if roles else 0

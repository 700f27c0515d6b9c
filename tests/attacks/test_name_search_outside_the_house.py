"""A name finds people of the present house only; nobody learns from a search that somebody was here once."""

from __future__ import annotations

import pytest

from discretion.wire import lookup
from tests.cast import Stage
from tests.conftest import HILLTOP
from tests.reading import bare, given_away


def searched(stage: Stage, name: str, **more: str) -> lookup.Found:
    found = stage.ada.ask(lookup.FindByName, purpose="check_in", name=name, **more)
    assert isinstance(found, lookup.Found), found
    return found


def test_it_finds_who_is_due_in_and_shows_a_mask(stage: Stage) -> None:
    guest = stage.guest("arriving")
    found = searched(stage, guest.surname, phone_end=guest.phone[-4:])
    assert [hit.guest_id for hit in found.items] == [guest.guest_id]
    assert given_away(found, guest) == []


@pytest.mark.parametrize("relation", ["departed", "expected_later", "none", "elsewhere", "incognito", "sealed"])
def test_it_finds_nobody_else(stage: Stage, relation: str) -> None:
    if relation == "departed":
        guest = stage.guest("departed", departed_days=9)
    elif relation == "elsewhere":
        guest = stage.guest("arriving", at=HILLTOP)
    elif relation in ("incognito", "sealed"):
        guest = stage.guest("arriving")
        stage.mark(guest, relation)
    else:
        guest = stage.guest(relation)
    nobody = searched(stage, "Nobody", phone_end="9999")
    for name in (guest.surname, f"Dora {guest.surname}", guest.surname.upper()):
        assert bare(searched(stage, name, phone_end=guest.phone[-4:])) == bare(nobody)


def test_a_given_name_or_a_piece_of_a_name_finds_nobody(stage: Stage) -> None:
    guest = stage.guest("arriving")
    for name in ("Dora", guest.surname[2:], "%", "_", "*", ".*"):
        assert searched(stage, name, phone_end=guest.phone[-4:]).hits == 0


@pytest.mark.parametrize("criteria", [{}, {"name": "Quill"}, {"phone_end": "0001"}, {"arrival": "2026-11-23"}, {"name": " ", "phone_end": "1"}])
def test_one_criterion_is_no_search(stage: Stage, criteria: dict[str, str]) -> None:
    answer = stage.ada.ask(lookup.FindByName, purpose="check_in", **criteria)
    assert answer == lookup.Failed(code="malformed", field="$.criteria")


def test_a_name_that_fits_a_crowd_shows_none_of_it(stage: Stage) -> None:
    crowd = [stage.guest("in_house", identity=b'{"name":"Wang Crowded","surname":"Crowded"}') for _ in range(21)]
    arrival = stage.superuser.execute(
        "select arrival::text from hotel.stay where property_id = %s and stay_id = %s",
        (crowd[0].property_id.hex(), crowd[0].stay_id.hex()),
    ).fetchone()
    assert arrival is not None
    before = stage.size()
    found = searched(stage, "Crowded", arrival=arrival[0])
    assert found.is_too_many and found.items == [] and found.hits > lookup.HITS_SHOWN_MAX
    assert stage.size() == before + 1, "the search is entered, and nobody was looked at"


@pytest.mark.parametrize("departed_days", [40, 400])
def test_an_exact_value_finds_a_past_guest_only_for_a_purpose_that_permits_it(stage: Stage, departed_days: int) -> None:
    guest = stage.guest("departed", departed_days=departed_days)
    nobody = stage.ada.ask(lookup.FindExact, purpose="check_in", kind="phone", value="+8613900000000")
    for kind, value, country in (("phone", guest.phone, ""), ("email", guest.email, ""), ("document", guest.document, "FR")):
        for purpose in ("check_in", "check_out", "guest_request"):
            assert bare(stage.ada.ask(lookup.FindExact, purpose=purpose, kind=kind, value=value, country=country)) == bare(nobody)
        audited = stage.egon.ask(lookup.FindExact, purpose="audit", kind=kind, value=value, country=country)
        assert audited.hits == 1 and given_away(audited, guest) == []


def test_a_purpose_that_is_none_of_ones_own_finds_nobody(stage: Stage) -> None:
    guest = stage.guest("arriving")
    for purpose in ("marketing", "lawful_request", "audit", "housekeeping"):
        answer = stage.ada.ask(lookup.FindByName, purpose=purpose, name=guest.surname, phone_end=guest.phone[-4:])
        assert isinstance(answer, lookup.Refusal) and answer.reason == "policy"


def test_no_name_stands_in_the_database_in_clear(stage: Stage) -> None:
    guest = stage.guest("arriving")
    searched(stage, guest.surname, phone_end=guest.phone[-4:])
    for schema, table in stage.superuser.execute(
        "select schemaname, tablename from pg_tables where schemaname in ('hotel', 'vault', 'keys', 'ledger')",
    ).fetchall():
        rows = stage.superuser.execute(f"select t::text from {schema}.{table} t").fetchall()  # type: ignore[arg-type]
        written = "\n".join(text for (text,) in rows)
        for secret in guest.secrets:
            assert secret.decode() not in written, (schema, table)
            assert secret.hex() not in written, (schema, table)

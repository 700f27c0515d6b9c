"""The JSON API: the same tickets, the same decisions, one entry each."""

from __future__ import annotations

import json

import pytest

from tests.journeys.api.calling import Caller, caller, new_id


@pytest.fixture
def ada(house) -> Caller:
    return caller(house, house.stage.players["Ada"])


def test_an_ask_opens_what_the_policy_gives_and_names_its_entry(ada, house):
    guest = house.arriving()
    body = {"guest_id": guest.guest_id.hex(), "purpose": "check_in", "clear": ["contact", "booking"], "masked": ["identity", "document"]}
    said = ada.post("/api/v1/asks", body)
    assert said.status == 200 and said.body["outcome"] == "disclosure"
    assert said.body["clear"] == ["contact", "booking"] and said.body["masked"] == ["identity", "document"]
    assert said.body["fields"]["contact"]["phones"][0]["e164"] == guest.phone
    assert guest.surname not in str(said.body["fields"]["identity"])
    assert said.body["offers"][0]["rule"] == "CI-2"
    assert said.headers["cache-control"] == "no-store"


def test_the_same_request_id_meets_the_same_entry(ada, house):
    guest = house.arriving()
    body = {"guest_id": guest.guest_id.hex(), "purpose": "check_in", "masked": ["identity"], "request_id": new_id()}
    first, again = ada.post("/api/v1/asks", body), ada.post("/api/v1/asks", body)
    assert first.body["outcome"] == "disclosure"
    assert again.body == {"outcome": "entered", "entry": first.body["entry"]}  # it is entered, and an entry opens once


def test_a_refusal_is_an_answer_with_its_rule_in_both_languages(ada, house):
    body = {"guest_id": house.stage.guests["Dora"].guest_id.hex(), "purpose": "marketing", "masked": ["identity"]}
    chinese, english = ada.post("/api/v1/asks", body, accept_language="zh-CN"), ada.post("/api/v1/asks", body, accept_language="en")
    assert chinese.status == english.status == 200
    assert chinese.body["outcome"] == "refusal" and chinese.body["reason"] == "policy"
    assert chinese.body["rules"][0]["zh"] and chinese.body["rules"][0]["en"]
    assert chinese.body["detail"] != english.body["detail"]


def test_an_unknown_guest_and_one_out_of_reach_get_the_same_answer(ada, house):
    answers = []
    for guest_id in (house.stage.guest("none").guest_id.hex(), "0" * 32):
        body = ada.post("/api/v1/asks", {"guest_id": guest_id, "purpose": "guest_request", "masked": ["identity"]}).body
        body.pop("entry")
        answers.append(body)
    assert answers[0] == answers[1] and answers[0]["reason"] == "not_found"


def test_somebody_is_found_by_two_criteria_or_one_exact_value(ada, house):
    guest = house.arriving()
    for search in ({"name": guest.surname, "phone_end": guest.phone[-4:]}, {"kind": "phone", "value": guest.phone}):
        said = ada.post("/api/v1/finds", {"purpose": "check_in", **search})
        assert said.body["outcome"] == "found" and said.body["hits"] == 1
        assert said.body["items"][0]["guest_id"] == guest.guest_id.hex()
        assert said.body["items"][0]["answer"]["outcome"] == "disclosure"
    assert ada.post("/api/v1/finds", {"purpose": "check_in", "name": guest.surname}).status == 422
    sought = ada.post("/api/v1/finds", {"purpose": "emergency", "kind": "phone", "value": "+86 138 0013 8000"})
    assert (sought.status, sought.body["code"]) == (403, "no_emergency"), "in an emergency one record is viewed, and nobody is searched for"


def test_stays_are_listed_and_read_by_id_alone(ada, house):
    guest = house.arriving()
    listed = ada.get("/api/v1/stays?view=arrivals")
    assert listed.status == 200 and listed.body["total"] >= 1
    assert guest.stay_id.hex() in {item["stay_id"] for item in listed.body["items"]}
    assert guest.surname not in str(listed.body)
    read = ada.get(f"/api/v1/stays/{guest.stay_id.hex()}")
    assert read.body["stay"]["state"] == "confirmed" and "check_in" in read.body["may"]
    assert read.body["occupants"][0]["guest_id"] == guest.guest_id.hex()


def test_a_stay_is_checked_in_once_and_checked_out(ada, house):
    guest = house.arriving()
    path = f"/api/v1/stays/{guest.stay_id.hex()}"
    version = ada.get(path).body["stay"]["version"]
    body = {"act_id": new_id(), "version": version, "people": [{"guest_id": guest.guest_id.hex()}]}
    first = ada.post(f"{path}/check-in", body)
    assert (first.status, first.body["state"], first.body["is_repeat"]) == (200, "in_house", False)
    again = ada.post(f"{path}/check-in", body)
    assert (again.status, again.body["is_repeat"]) == (200, True)
    stale = ada.post(f"{path}/check-out", {"act_id": new_id(), "version": version})
    assert (stale.status, stale.body["code"]) == (409, "stale")
    done = ada.post(f"{path}/check-out", {"act_id": new_id(), "version": first.body["version"]})
    assert (done.status, done.body["state"]) == (200, "checked_out")


def test_a_person_is_founded_at_check_in(ada, house):
    guest = house.arriving()
    house.stage.office.execute("update hotel.stay set adults = 2 where stay_id = %s", (guest.stay_id.hex(),))
    path = f"/api/v1/stays/{guest.stay_id.hex()}"
    version = ada.get(path).body["stay"]["version"]
    companion = {"identity": {"name": "李伟", "age_category": "adult"}, "relation": "CY", "document": {"documents": [{"type": "PASSPORT", "number": "E12345678", "issuing_country": "CHN"}]}}
    said = ada.post(f"{path}/check-in", {"act_id": new_id(), "version": version, "people": [{"guest_id": guest.guest_id.hex()}, companion]})
    assert said.status == 200, said.body
    people = ada.get(path).body["occupants"]
    assert sum(bool(each["guest_id"]) for each in people) == 2
    found = ada.post("/api/v1/finds", {"purpose": "guest_request", "kind": "document", "value": "E12345678", "country": "CHN"})
    assert found.body["hits"] >= 1


@pytest.mark.parametrize(("path", "code"), [("/api/v1/stays/" + "0" * 32, 404), ("/api/v1/stays/x", 404), ("/api/v1/nowhere", 404), ("/api/v1/stays?view=nothing", 400)])
def test_problems_are_documents_with_stable_codes(ada, path, code):
    said = ada.get(path)
    assert said.status == code == said.body["status"]
    assert said.headers["content-type"].startswith("application/problem+json")
    assert said.body["code"] in {"not_found", "malformed"} and said.body["detail"]


def test_who_may_not_change_a_stay_may_not_through_the_api(house):
    guest = house.arriving()
    for name in ("Egon", "Iris"):
        said = caller(house, house.stage.players[name]).post(f"/api/v1/stays/{guest.stay_id.hex()}/check-in", {"act_id": new_id(), "version": 1})
        assert (said.status, said.body["code"]) == (403, "not_allowed")
    said = caller(house, house.stage.players["Cleo"]).post(f"/api/v1/stays/{guest.stay_id.hex()}/check-in", {"act_id": new_id(), "version": 1})
    assert said.status == 404


def test_a_ticket_that_ended_or_never_was_is_refused(house):
    for ticket in ("", "x", "A" * 64):
        said = Caller(house, ticket).get("/api/v1/stays")
        assert said.status in {401, 403} and said.body["code"] in {"ticket", "not_allowed"}


def test_the_document_is_served_as_the_command_line_prints_it(house):
    from discretion.faces.api import openapi_document

    said = Caller(house, "").get("/api/v1/openapi.json")
    assert said.body == json.loads(json.dumps(openapi_document()))


def test_a_request_is_opened_read_taken_and_closed(ada, house):
    guest = house.stage.guest("in_house")
    body = {"request_id": new_id(), "guest_id": guest.guest_id.hex(), "kind": "front_desk", "channel": "phone", "words": "taxi at 6:30"}
    assert ada.post("/api/v1/requests", body).body["code"] == "identity_check"
    opened = ada.post("/api/v1/requests", body | {"identity_check": "called_back"})
    assert opened.status == 200 and not opened.body["is_repeat"]
    assert ada.post("/api/v1/requests", body | {"identity_check": "called_back"}).body == opened.body | {"is_repeat": True}
    path = f"/api/v1/requests/{opened.body['number']}"
    mine = house.stage.ada.staff_id.hex()
    assert ada.post(f"{path}/assign", {"assigned_to": house.stage.cleo.staff_id.hex()}).body["code"] == "assignee"
    assert ada.post(f"{path}/assign", {"assigned_to": mine}).status == 200
    assert ada.post(f"{path}/assign", {"assigned_to": None}).body["code"] == "stale"
    read = ada.get(path).body
    assert (read["assigned_to"], read["guest_id"], read["words"]) == (mine, guest.guest_id.hex(), "taxi at 6:30")
    assert read in ada.get("/api/v1/requests?view=mine").body["items"]
    assert ada.post(f"{path}/close", {"outcome": "done"}).status == 200
    assert ada.post(f"{path}/close", {"outcome": "done"}).body["code"] == "request_closed"
    assert ada.post("/api/v1/requests", body | {"request_id": new_id(), "words": "E12345678"}).status == 409


def test_requests_of_others_do_not_exist_through_the_api(ada, house):
    guest = house.stage.guest("in_house")
    body = {"request_id": new_id(), "guest_id": guest.guest_id.hex(), "kind": "front_desk", "channel": "desk", "words": "taxi"}
    number = ada.post("/api/v1/requests", body).body["number"]
    lin = caller(house, house.on_duty("Lin", "housekeeping"))
    for said in (lin.get(f"/api/v1/requests/{number}"), lin.post(f"/api/v1/requests/{number}/close", {"outcome": "done"}),
                 caller(house, house.stage.cleo).get(f"/api/v1/requests/{number}")):
        assert (said.status, said.body["code"]) == (404, "not_found")
    assert lin.post("/api/v1/requests", body | {"request_id": new_id()}).body["code"] == "not_allowed"
    assert caller(house, house.stage.players["Egon"]).get("/api/v1/requests").status == 403


def test_whoever_is_locked_neither_lists_nor_changes_nor_is_shown_anything(house):
    ada, guest = caller(house, house.stage.players["Ada"]), house.arriving()
    ask = {"guest_id": guest.guest_id.hex(), "purpose": "check_in", "masked": ["identity"]}
    lock = house.stage.lock("staff", house.stage.ada.staff_id)
    try:
        assert ada.post("/api/v1/asks", ask).body["rules"][0]["rule"] == "G9"
        assert ada.get("/api/v1/stays?list=arrivals").status == 403
    finally:
        house.stage.office.execute("update hotel.lock set released_at = now() where lock_id = %s", (lock.hex(),))
    assert ada.post("/api/v1/asks", ask).body["outcome"] == "disclosure"

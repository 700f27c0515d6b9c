"""Script in a record, in every field of a form, and beside the page: it stays text, and the policy of the page runs none."""

from __future__ import annotations

import json

import pytest

from tests.pages import pressed

pytestmark = pytest.mark.browser
SCRIPT = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"


def test_script_in_a_record_stays_text(page_of, house):
    name = json.dumps({"name": SCRIPT, "surname": SCRIPT, "given": SCRIPT, "age_category": "adult"}).encode()
    guest = house.arriving(identity=name, preferences=json.dumps({"room": SCRIPT, "bed": SCRIPT}).encode(),
                           booking=json.dumps({"special_requests": SCRIPT, "booker": SCRIPT}).encode())
    page = page_of("Ada")
    for path in (f"/guests/{guest.guest_id.hex()}", f"/stays/{guest.stay_id.hex()}", "/desk"):
        page.goto(path)
        assert "owned" not in page.title()
        assert page.locator("main script, main img[onerror]").count() == 0
    page.goto(f"/guests/{guest.guest_id.hex()}/reveal/identity?purpose=check_in")
    page.check("input[value=correction]")
    pressed(page.locator("main form button[type=submit]"))
    assert SCRIPT in page.locator(".revealed").first.inner_text()
    assert "owned" not in page.title()


def test_script_in_every_field_of_a_form_stays_text(page_of, house):
    page = page_of("Ada")
    page.goto("/walk-in")
    for field in page.locator("main input[type=text], main textarea, main input[type=tel]").all():
        field.evaluate("each => each.removeAttribute('maxlength')")
        field.fill(SCRIPT)
    pressed(page.locator("button[value=do]"))
    assert "owned" not in page.title()
    assert page.locator("main script, main img[onerror]").count() == 0
    page.goto("/find")
    page.check("input[value=check_in]")
    page.fill("input[name=name]", SCRIPT)
    pressed(page.locator("main form button[type=submit]"))
    assert page.input_value("input[name=name]") == SCRIPT
    assert "owned" not in page.title()


def test_script_in_a_note_to_the_next_shift_and_in_the_reason_of_a_lock_stays_text(page_of, house):
    place, ada, ben = house.stage.ada.property_id.hex(), house.stage.ada.staff_id.hex(), house.stage.ben.staff_id.hex()
    house.stage.office.execute(
        "insert into hotel.handover (property_id, handover_id, from_id, duty, to_id, words) values (%s, gen_random_uuid(), %s, 'front_desk', %s, %s)",
        (place, ada, ben, SCRIPT),
    )
    house.stage.office.execute(
        "insert into hotel.lock (property_id, lock_id, kind, target_id, reason, by_id) values (%s, gen_random_uuid(), 'terminal', gen_random_uuid(), %s, %s)",
        (place, SCRIPT, ada),
    )
    page = page_of("Ben")
    for path in ("/handover/notes", "/locks"):
        page.goto(path)
        assert SCRIPT in page.locator("main").inner_text()
        assert page.locator("main script, main img[onerror]").count() == 0
        assert "owned" not in page.title()
    house.stage.office.execute("update hotel.handover set read_at = now(), read_by = %s where read_at is null", (ben,))


def test_an_inline_script_would_not_run(page_of):
    page = page_of()
    page.goto("/sign-in")
    page.evaluate("""() => {
      const script = document.createElement('script');
      script.append('document.title = "owned"');
      try { document.body.append(script); } catch (error) { /* trusted types */ }
    }""")
    assert page.title() != "owned"
    assert page.evaluate("(() => { try { document.body.innerHTML = '<p>x</p>'; return 'taken'; } catch (error) { return 'refused'; } })()") == "refused"
    page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")  # the reports come after the deed
    assert page_of.complaints
    page_of.complaints.clear()

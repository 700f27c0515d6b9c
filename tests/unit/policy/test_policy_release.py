"""What the signers of a release sign, and what its signatures lack, without any key: `verify` is given."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from discretion.policy.release import Release, Signature, Signer, find_flaws, is_signed, needs_narrower, statement

PLACE, BODY = b"\x01" * 16, b"schema = 1\n"
PAULA = Signer(b"\x0a" * 16, "privacy", b"\xa0" * 32)
GERD = Signer(b"\x0b" * 16, "general_manager", b"\xb0" * 32)
LENA = Signer(b"\x0c" * 16, "legal", b"\xc0" * 32)
AUTHOR = Signer(b"\x0d" * 16, "privacy", b"\xd0" * 32)
EVERYONE = (PAULA, GERD, LENA, AUTHOR)


def signed(*by: Signer, kind: str = "regular") -> Release:
    release = Release(
        b"\x02" * 16, hashlib.sha256(BODY).digest(), BODY, AUTHOR.signer_id, kind, b"\x03" * 32, b"", 1_800_000_000,
    )
    return replace(release, signatures=tuple(Signature(one.signer_id, one.role, one.public_key, made(one, release)) for one in by))


def made(one: Signer, release: Release) -> bytes:
    return hashlib.sha512(one.public_key + statement(PLACE, release).encode()).digest()


def verify(signer: Signer, text: str, signature: Signature) -> bool:
    return hashlib.sha512(signer.public_key + text.encode()).digest() == signature.signature


def flaws(release: Release, *signers: Signer) -> list[str]:
    return find_flaws(PLACE, release, signers or EVERYONE, verify)


def test_two_people_one_of_them_a_privacy_officer_suffice() -> None:
    assert flaws(signed(PAULA, GERD)) == []
    assert flaws(signed(GERD, PAULA, LENA)) == []
    assert is_signed(signed(PAULA, GERD))


@pytest.mark.parametrize(("release", "found"), [
    (signed(), ["too_few", "no_officer"]),
    (signed(PAULA), ["too_few"]),
    (signed(GERD, LENA), ["no_officer"]),
    (signed(AUTHOR, GERD), ["author"]),
    (signed(PAULA, PAULA), ["twice", "too_few"]),
    (signed(PAULA, replace(GERD, public_key=PAULA.public_key)), ["signer", "twice"]),
    (signed(PAULA, replace(GERD, role="privacy")), ["signer"]),
    (signed(PAULA, Signer(b"\x0e" * 16, "legal", b"\xe0" * 32)), ["signer"]),
    (signed(kind="tightening"), ["too_few"]),
    (signed(AUTHOR, kind="tightening"), ["author"]),
    (signed(PAULA, GERD, kind="holiday"), ["kind"]),
])
def test_what_is_missing_or_wrong_has_its_code(release: Release, found: list[str]) -> None:
    assert flaws(release) == found


def test_one_signature_suffices_for_a_tightening_which_then_must_be_one() -> None:
    release = signed(GERD, kind="tightening")
    assert flaws(release) == []
    assert needs_narrower(release)
    assert not needs_narrower(signed(PAULA, GERD))


@pytest.mark.parametrize("changed", [
    {"release_id": b"\x09" * 16}, {"author_id": b"\x09" * 16}, {"previous": b"\x09" * 32}, {"previous_id": b"\x09" * 16},
    {"activate_at": 1_800_000_001},
])
def test_nothing_of_it_can_be_changed_after_signing(changed: dict[str, object]) -> None:
    assert flaws(replace(signed(PAULA, GERD), **changed)) == ["signature"]  # type: ignore[arg-type]


def test_a_signature_for_one_kind_is_none_for_the_other() -> None:
    assert "signature" in flaws(replace(signed(GERD, kind="tightening"), kind="regular"))


def test_bytes_that_are_not_those_of_the_hash_are_looked_at_no_further() -> None:
    assert flaws(replace(signed(PAULA, GERD), body=BODY + b" ")) == ["bytes"]


def test_a_signature_is_for_one_hotel() -> None:
    assert find_flaws(b"\x04" * 16, signed(PAULA, GERD), EVERYONE, verify) == ["signature"]


def test_what_is_signed_is_one_text_of_lines() -> None:
    assert statement(PLACE, signed()) == (
        f"discretion/policy-release/v1\nproperty {'01' * 16}\nrelease {'02' * 16}\nsha256 {hashlib.sha256(BODY).hexdigest()}\n"
        f"author {'0d' * 16}\nkind regular\nprevious {'03' * 32}\nprevious-release -\nactivate-at 1800000000\n"
    )

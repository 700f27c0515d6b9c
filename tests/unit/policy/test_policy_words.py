"""The words of asks never move: they stand in entries, boxes and links."""

from __future__ import annotations

from discretion.hotel.purpose import FIELD_GROUPS, FieldGroup, Purpose, Relation, Role


def test_the_field_groups_keep_their_bits() -> None:
    words = ("identity", "contact", "document", "booking", "stay", "spending", "preferences", "notes")
    assert words == FIELD_GROUPS
    assert [(group.word, group.value, group.bit) for group in FieldGroup] == [
        (word, at, 1 << at) for at, word in enumerate(words)
    ]


def test_the_words_are_as_many_as_the_policy_has() -> None:
    assert (len(Purpose), len(Role), len(Relation)) == (12, 16, 4)
    assert Purpose("check_in") is Purpose.CHECK_IN
    assert [relation.value for relation in Relation] == ["arriving", "in_house", "departed", "none"]

"""What a dossier should hold, and what of it is missing."""

import pytest

from archive import checklists
from archive.checklists import CHECKLISTS, missing
from workflow.errors import Invalid


def keys(kind: str) -> list[str]:
    return [item.key for item in CHECKLISTS[kind]]


@pytest.mark.parametrize("kind", CHECKLISTS)
def test_nothing_is_missing_when_everything_is_ticked(kind):
    assert missing(kind, keys(kind), party_member=True) == []


@pytest.mark.parametrize("kind", CHECKLISTS)
def test_every_list_has_necessary_and_other_items_with_names_in_both_languages(kind):
    items = CHECKLISTS[kind]

    assert {item.necessary for item in items} == {True, False}
    assert all(item.zh and item.en for item in items)
    assert len({item.key for item in items}) == len(items)


def test_a_graduates_registration_form_and_marks_are_necessary():
    assert [item.key for item in missing("GRAD", []) if item.necessary] == ["graduation", "marks"]


def test_party_papers_are_asked_of_party_members_only():
    assert "party" not in {item.key for item in missing("GRAD", [])}
    assert "party" in {item.key for item in missing("GRAD", [], party_member=True)}


def test_the_abolished_registration_card_is_never_asked_for():
    assert not [item for items in CHECKLISTS.values() for item in items if "报到证" in item.zh]


@pytest.mark.parametrize("kind", ["", None, "OTHER"])
def test_an_unknown_kind_is_refused_beside_its_field(kind):
    with pytest.raises(Invalid) as refused:
        missing(kind, [])
    assert list(refused.value.problems) == ["list_kind"]


def test_an_item_of_another_list_is_refused():
    with pytest.raises(Invalid, match="resume"):
        missing("GRAD", ["resume"])


def test_a_form_offers_the_items_of_the_kind_chosen():
    offered = checklists.materials(None, "UNIT")

    assert [each["value"] for each in offered] == keys("UNIT")
    assert offered[0]["label"] == "履历材料（必备）"
    assert offered[0]["label:en"] == "Curriculum vitae (necessary)"
    assert checklists.materials(None, None) == []

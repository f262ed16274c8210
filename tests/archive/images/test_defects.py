"""Quality control: every page is looked at, what is wrong has a code, and what must be scanned again is one list."""

import pytest

from archive.images import defects, demands, pages, stored
from archive.images.defect_tables import DEFECT_LABELS, FATAL, OF_RULE, STAGE_LABELS, Defect, Stage
from archive.images.demands import ImageKind, Rule
from archive.images.pages import Placed
from archive.materials import catalogue
from tests.archive.images import drawn, scanned
from workflow import cases, history
from workflow.errors import Conflict, Invalid
from workflow.office import of as office_of

RAW, OPTIMISED = ImageKind.RAW, ImageKind.OPTIMISED
SIZE = (160, 226)
PLAIN = drawn.page(5, SIZE)
SPOILT = {
    Defect.FORMAT: (RAW, drawn.saved(PLAIN, "PNG")),
    Defect.DPI: (RAW, drawn.saved(PLAIN, dpi=(200, 200))),
    Defect.DEPTH: (RAW, drawn.saved(PLAIN.convert("L"))),
    Defect.BLUR: (RAW, drawn.saved(drawn.blurred(drawn.page(5), 5))),
    Defect.SKEW: (OPTIMISED, drawn.saved(drawn.turned(drawn.page(), 5))),
    Defect.BORDER: (OPTIMISED, drawn.saved(drawn.bordered(PLAIN, 16))),
    Defect.SIZE: (OPTIMISED, drawn.saved(drawn.noise((1400, 2000), 90), quality=98, subsampling=0)),
}


@pytest.fixture
def office(sqlite_office):
    """On one database; tests/archive/images/test_on_both.py goes the whole way on both."""
    return sqlite_office


@pytest.fixture
def dossier(session, clock):
    return scanned.dossier(session)


@pytest.fixture
def filled(session, dossier):
    scanned.fill(session, dossier)
    return dossier


def first(session, dossier):
    return catalogue.rows(session, dossier)[0]


def codes(session, dossier):
    return [
        (pages.number(each.material), each.page, each.kind, each.code)
        for each in defects.open_defects(session, dossier)
    ]


def test_a_good_dossier_has_no_defect(session, filled):
    assert defects.examine(session, filled) == []
    assert defects.rescans(session, filled) == []


@pytest.mark.parametrize("code", SPOILT)
def test_the_machine_finds_a_planted_defect_and_names_its_page(session, filled, code):
    kind, content = SPOILT[code]
    (image, _) = pages.of(session, first(session, filled), kind)
    pages.replace(session, image, content, "spoilt.jpg", "bob", "planted")
    defects.examine(session, filled)

    assert ("1-1", 1, kind, code) in codes(session, filled)
    assert {each.found_by for each in defects.open_defects(session, filled)} == {history.SYSTEM}


def test_every_page_of_the_catalogue_without_an_image_is_a_defect(session, dossier):
    scanned.fill(session, dossier, (RAW,))
    defects.examine(session, dossier)

    assert sorted(codes(session, dossier)) == [
        ("1-1", 1, OPTIMISED, Defect.MISSING_PAGE),
        ("1-1", 2, OPTIMISED, Defect.MISSING_PAGE),
        ("3-1", 1, OPTIMISED, Defect.MISSING_PAGE),
        ("4-1-1", 1, OPTIMISED, Defect.MISSING_PAGE),
    ]


def test_examining_twice_finds_nothing_twice(session, dossier):
    scanned.fill(session, dossier, (RAW,))

    assert {each.id for each in defects.examine(session, dossier)} == {
        each.id for each in defects.examine(session, dossier)
    }
    assert len(codes(session, dossier)) == 4


def test_a_missing_page_is_no_defect_once_it_is_there(session, dossier):
    defects.examine(session, dossier)
    scanned.fill(session, dossier)

    assert codes(session, dossier) == []


def test_what_was_said_of_a_page_without_an_image_is_over_once_it_has_one(session, dossier):
    defects.mark(session, Placed(first(session, dossier), 1, RAW), Defect.SIZE, "bob")
    assert codes(session, dossier)[0][3] is Defect.SIZE
    scanned.fill(session, dossier)

    assert codes(session, dossier) == []


def test_what_must_be_scanned_again_stands_in_one_list_page_by_page(session, filled):
    material = first(session, filled)
    last = catalogue.rows(session, filled)[-1]
    defects.mark(session, Placed(last, 1, OPTIMISED), Defect.SKEW, "bob")
    defects.mark(session, Placed(material, 2, RAW), Defect.UNREADABLE, "bob", "the stamp")
    defects.mark(session, Placed(material, 2, RAW), Defect.WRONG_ORDER, "carl")

    assert [(each.place.material.id, each.place.page, each.place.kind, each.codes) for each in defects.rescans(session, filled)] == [
        (material.id, 2, RAW, (Defect.UNREADABLE, Defect.WRONG_ORDER)),
        (last.id, 1, OPTIMISED, (Defect.SKEW,)),
    ]  # fmt: skip


def test_another_image_closes_what_was_wrong_with_the_one_before(session, filled):
    (image, _) = pages.of(session, first(session, filled), RAW)
    defects.mark(session, Placed(image.material, 1, RAW), Defect.UNREADABLE, "bob")
    pages.replace(session, image, scanned.small(9), "again.jpg", "bob", "unreadable")

    assert codes(session, filled) == []


def test_a_defect_marked_twice_is_one(session, filled):
    place = Placed(first(session, filled), 1, RAW)

    assert defects.mark(session, place, Defect.SKEW, "bob") is defects.mark(session, place, Defect.SKEW, "carl")


def test_a_settled_defect_stays_settled_for_the_machine_and_a_person_may_open_it_again(session, filled):
    place = Placed(first(session, filled), 1, RAW)
    found = defects.mark(session, place, Defect.BLUR, "bob")
    defects.settle(session, found, "carl", "the paper itself is faded")

    assert defects.mark(session, place, Defect.BLUR, history.SYSTEM).settled_by == "carl"
    assert codes(session, filled) == []
    assert defects.mark(session, place, Defect.BLUR, "bob").settled_by is None
    assert len(codes(session, filled)) == 1


def test_a_defect_is_settled_once_and_with_a_reason(session, filled):
    found = defects.mark(session, Placed(first(session, filled), 1, RAW), Defect.SKEW, "bob")

    with pytest.raises(Invalid, match="Say how"):
        defects.settle(session, found, "carl", "")
    defects.settle(session, found, "carl", "straightened")
    with pytest.raises(Conflict, match="settled already"):
        defects.settle(session, found, "dora", "straightened")


@pytest.mark.parametrize("page", [0, 3])
def test_a_page_that_is_not_there_has_no_defect(session, filled, page):
    with pytest.raises(Invalid, match=f"There is no page {page} of 1-1"):
        defects.mark(session, Placed(first(session, filled), page, RAW), Defect.SKEW, "bob")


def test_a_marked_defect_stands_in_the_history_of_its_case(session, filled, anna):
    case = cases.open_case(session, "SM-1", "Scanning", "scanning", anna.name)
    defects.mark(session, Placed(first(session, filled), 1, RAW), Defect.WRONG_PERSON, "bob", case=case)

    assert [event.kind for event in history.timeline(session, case)].count("defect_marked") == 1


def test_who_looked_at_which_page_is_kept_at_each_stage(session, filled):
    images = [each for kind in ImageKind for each in pages.of(session, first(session, filled), kind)]
    for image in images * 2:
        defects.check(session, image, Stage.SELF, "bob")

    assert [defects.unchecked(session, filled, stage) for stage in Stage] == [4, 8, 8]


def test_a_new_image_must_be_looked_at_again(session, filled):
    (image, _) = pages.of(session, first(session, filled), RAW)
    defects.check(session, image, Stage.FIRM, "bob")
    pages.replace(session, image, scanned.small(9), "again.jpg", "bob", "askew")

    assert defects.unchecked(session, filled, Stage.FIRM) == 8


def test_fatal_defects_are_those_one_of_which_fails_a_dossier():
    assert {
        Defect.WRONG_PERSON, Defect.MISSING_PAGE, Defect.MISSING_MATERIAL, Defect.WRONG_ORDER, Defect.UNREADABLE,
        Defect.CATALOGUE, Defect.ORIGINAL, Defect.ALTERED,
    } == FATAL  # fmt: skip


def test_every_code_has_its_words_and_every_rule_its_code():
    assert set(DEFECT_LABELS) == set(Defect)
    assert set(STAGE_LABELS) == set(Stage)
    assert set(OF_RULE) == set(Rule) == set(demands.SENTENCES)


# what the machine tells of the bytes


def test_a_page_that_is_the_same_file_as_an_earlier_one_is_in_the_wrong_order(session, filled):
    first, second = pages.of(session, catalogue.rows(session, filled)[0], RAW)
    with_first = office_of(session).files.path(first.sha256).read_bytes()
    pages.replace(session, second, with_first, "0002.jpg", "anna", "copied")
    (found,) = defects.examine(session, filled)

    assert (found.code, found.page, found.found_by) == (Defect.WRONG_ORDER, 2, history.SYSTEM)
    assert found.note == f"The same picture as page 1 of {pages.number(first.material)}."
    defects.settle(session, found, "anna", "both faces are alike")
    assert codes(session, filled) == [] and len(defects.examine(session, filled)) == 1  # a person has judged
    assert codes(session, filled) == []


@pytest.mark.parametrize("spoil", [lambda place: place.write_bytes(b"other"), lambda place: place.unlink()])
def test_a_file_changed_or_gone_in_the_store_is_a_defect_until_its_bytes_are_there_again(session, filled, spoil):
    image = pages.of(session, first(session, filled), RAW)[0]
    place = office_of(session).files.path(image.sha256)
    content = place.read_bytes()
    assert stored.examine(session, filled) == []
    for _twice in range(2):
        place.chmod(0o600)
        spoil(place)
        assert len(stored.examine(session, filled)) == 2  # here both sets are of one file
        assert stored.settle_restored(session, filled) == 0
        assert codes(session, filled) == [("1-1", 1, kind, Defect.ALTERED) for kind in (OPTIMISED, RAW)]
        place.write_bytes(content)
        assert stored.settle_restored(session, filled) == 2
        assert codes(session, filled) == []

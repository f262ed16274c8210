"""Quality control over HTTP: pages one by one, both images, defects by code, for who may and is no kin."""

import pytest
from sqlalchemy import select

from archive import persons
from archive.dossier_tables import Dossier
from archive.images import defects, pages, rounds
from archive.images.defect_tables import Defect, ImageDefect, Stage
from archive.images.demands import ImageKind
from archive.images.rounds import Leaf
from archive.materials import catalogue
from archive.relations import SUBJECT
from archive.scanning.models import BatchStatus, ScanBatch, ScanDossier, ScanStatus
from tests.archive.images import scanned
from tests.archive.scanning import prepared
from tests.workflow import made
from workflow import history
from workflow.identity import Group, User
from workflow.separation import relations
from workflow.statuses import RelationKind


@pytest.fixture
def office(sqlite_office):
    """On one database; tests/archive/images/test_on_both.py goes the whole way on both."""
    return sqlite_office


@pytest.fixture
def dossier(office, clock) -> Dossier:
    """A dossier with all its images, in a batch the registry has work on; the registry checks images, the director only reads dossiers."""
    with office.database.transaction() as session:
        session.get_one(Group, "registry").permissions = ["dossiers.read", "images.check"]
        session.get_one(Group, "director").permissions = ["dossiers.read"]
        made = scanned.dossier(session)
        scanned.fill(session, made)
        prepared.offered(session, made)
    return made


def round_of(office, dossier, stage=Stage.FIRM) -> list[Leaf]:
    with office.database.reading() as session:
        return rounds.leaves(session, session.get_one(Dossier, dossier.id), stage)


def send(browser, dossier, leaf, what="checks", **more):
    told = {"stage": "firm", "material": leaf.material.id, "page": leaf.page, **more}
    return browser.post(f"/dossiers/{dossier.id}/images/{what}", data=told)


def image(office, dossier, kind=ImageKind.RAW):
    with office.database.reading() as session:
        first = catalogue.rows(session, session.get_one(Dossier, dossier.id))[0]
        return pages.of(session, first, kind)[0]


def test_the_page_shows_both_images_of_the_first_page_nobody_has_looked_at(dossier, signed_in):
    shown = signed_in("anna").get(f"/dossiers/{dossier.id}/images").text

    assert shown.count("<img src=") == 2
    assert "干部履历表" in shown
    assert "已查看0/4页" in shown


def test_looking_at_a_page_leads_to_the_next(dossier, signed_in, office):
    first, second, *_ = round_of(office, dossier)
    answer = send(signed_in("anna"), dossier, first)

    assert answer.status_code == 303
    assert answer.location.endswith(f"material={second.material.id}&page={second.page}")
    assert [leaf.state for leaf in round_of(office, dossier)] == ["ok", "todo", "todo", "todo"]
    assert [leaf.state for leaf in round_of(office, dossier, Stage.OWNER)] == ["todo"] * 4


def test_a_defect_marked_on_the_page_stands_there_with_its_code(dossier, signed_in, office):
    anna, (first, *_) = signed_in("anna"), round_of(office, dossier)
    answer = send(anna, dossier, first, "defects", code="unreadable", kind="raw", note="印章")

    assert "无法辨认" in anna.get(answer.location).text
    with office.database.reading() as session:
        (found,) = defects.open_defects(session, session.get_one(Dossier, dossier.id))
        assert (found.code, found.kind, found.note, found.found_by) == (
            Defect.UNREADABLE,
            ImageKind.RAW,
            "印章",
            "anna",
        )
        assert session.get_one(type(found), found.id).fatal
    assert round_of(office, dossier)[0].state == "bad"


def test_a_defect_is_settled_with_how(dossier, signed_in, office):
    anna, (first, *_) = signed_in("anna"), round_of(office, dossier)
    send(anna, dossier, first, "defects", code="skew", kind="opt")
    (defect,) = round_of(office, dossier)[0].defects

    assert send(anna, dossier, first, f"defects/{defect.id}/settlement", why="").status_code == 422
    assert send(anna, dossier, first, f"defects/{defect.id}/settlement", why="重新纠偏").status_code == 303
    assert round_of(office, dossier)[0].state == "ok"


def test_the_firm_does_not_settle_what_the_archive_found(dossier, signed_in, office):
    anna, (first, *_) = signed_in("anna"), round_of(office, dossier)
    send(anna, dossier, first, "defects", code="skew", kind="opt")
    with office.database.transaction() as session:
        batch, defect = session.scalars(select(ScanBatch)).one(), session.scalars(select(ImageDefect)).one()
        made.task(session, in_case=batch.case, activity="check_first", completed_by="dora")
        defect.found_by = "dora"
    answer = send(anna, dossier, first, f"defects/{defect.id}/settlement", why="原件如此")

    assert answer.status_code == 403
    assert "由档案馆检查人员销项" in answer.text
    assert len(round_of(office, dossier)[0].defects) == 1


@pytest.mark.parametrize("told", [{"code": "ugly", "kind": "raw"}, {"code": "skew", "kind": "third"}, {}])
def test_a_code_nobody_knows_is_refused(dossier, signed_in, office, told):
    assert send(signed_in("anna"), dossier, round_of(office, dossier)[0], "defects", **told).status_code == 422


@pytest.mark.parametrize("page", ["99", "", "x"])
def test_a_page_that_is_not_there_is_not_found(dossier, signed_in, office, page):
    first = round_of(office, dossier)[0]
    assert send(signed_in("anna"), dossier, first, page=page).status_code == 404


def test_the_bytes_of_an_image_are_handed_out_and_kept_by_no_cache(dossier, signed_in, office):
    found = image(office, dossier)
    answer = signed_in("anna").get(f"/dossiers/{dossier.id}/images/{found.id}/file")

    assert (answer.data, answer.mimetype) == (office.files.path(found.sha256).read_bytes(), "image/jpeg")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_an_image_of_another_dossier_is_not_found_under_this_one(dossier, signed_in, office):
    with office.database.transaction() as session:
        other = scanned.dossier(session, 3, "秦琼")
        prepared.offered(session, other)

    assert signed_in("anna").get(f"/dossiers/{other.id}/images/{image(office, dossier).id}/file").status_code == 404


def addresses(office, dossier):
    return ("images", f"images/{image(office, dossier).id}/file")


def test_who_may_not_check_images_sees_none(dossier, signed_in, office):
    dora = signed_in("dora")

    assert [dora.get(f"/dossiers/{dossier.id}/{each}").status_code for each in addresses(office, dossier)] == [403, 403]
    assert send(dora, dossier, round_of(office, dossier)[0]).status_code == 403
    assert "/images" not in dora.get(f"/dossiers/{dossier.id}").text


@pytest.mark.parametrize(
    "ended",
    [
        lambda batch, entry: setattr(batch, "status", BatchStatus.ACCEPTED),
        lambda batch, entry: setattr(batch, "status", BatchStatus.GIVEN_UP),
        lambda batch, entry: (setattr(entry, "status", ScanStatus.FELL_OUT), setattr(entry, "why", "急用")),
        lambda batch, entry: setattr(entry, "status", ScanStatus.PLANNED),
    ],
)
def test_without_a_batch_under_way_images_are_read_by_a_grant_only(dossier, signed_in, office, ended):
    anna = signed_in("anna")
    assert f"/dossiers/{dossier.id}/images" in anna.get(f"/dossiers/{dossier.id}").text
    with office.database.transaction() as session:
        ended(session.scalars(select(ScanBatch)).one(), session.scalars(select(ScanDossier)).one())

    answers = [anna.get(f"/dossiers/{dossier.id}/{each}") for each in addresses(office, dossier)]
    assert [each.status_code for each in answers] == [403, 403]
    assert "请申请查阅" in answers[0].text
    assert send(anna, dossier, round_of(office, dossier)[0]).status_code == 403
    assert f"/dossiers/{dossier.id}/images" not in anna.get(f"/dossiers/{dossier.id}").text


def test_who_has_no_step_of_the_batch_opens_nothing(dossier, signed_in, office):
    with office.database.transaction() as session:
        session.get_one(Group, "director").permissions = ["dossiers.read", "images.check"]
    dora = signed_in("dora")

    assert [dora.get(f"/dossiers/{dossier.id}/{each}").status_code for each in addresses(office, dossier)] == [403, 403]
    assert "/images" not in dora.get(f"/dossiers/{dossier.id}").text


def test_who_opened_the_images_stands_once_in_the_case(dossier, signed_in, office):
    anna = signed_in("anna")
    for each in (*addresses(office, dossier), "images"):
        assert anna.get(f"/dossiers/{dossier.id}/{each}").status_code == 200
    with office.database.reading() as session:
        told = history.timeline(session, session.scalars(select(ScanBatch)).one().case)

    opened = [(each.actor, each.data) for each in told if each.kind == "images_opened"]
    assert opened == [("anna", {"dossier_no": dossier.dossier_no})]


def test_the_firm_does_not_look_in_the_place_of_the_archive(dossier, signed_in, office):
    answer = send(signed_in("anna"), dossier, round_of(office, dossier)[0], stage="owner")

    assert answer.status_code == 403
    assert [leaf.state for leaf in round_of(office, dossier, Stage.OWNER)] == ["todo"] * 4


def test_who_is_related_to_the_person_sees_none(dossier, signed_in, office):
    with office.database.transaction() as session:
        mark = SUBJECT + session.get_one(Dossier, dossier.id).person.id_fingerprint
        relations.declare(session, session.get_one(User, "anna"), mark, "单雄信", RelationKind.BLOOD)
    anna = signed_in("anna")

    assert [anna.get(f"/dossiers/{dossier.id}/{each}").status_code for each in addresses(office, dossier)] == [403, 403]


def test_a_dossier_without_pages_says_so(signed_in, office, clock, dossier):
    with office.database.transaction() as session:
        empty = scanned.dossier(session, 5, "罗成", ())
        prepared.offered(session, empty)

    assert "该档案目录没有页数" in signed_in("anna").get(f"/dossiers/{empty.id}/images").text


def test_the_person_of_the_tests_is_known(dossier, office):
    with office.database.reading() as session:
        assert persons.masked(session, session.get_one(Dossier, dossier.id).person).startswith("110105")

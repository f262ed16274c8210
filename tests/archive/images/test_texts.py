"""The text layer: read by jobs with the real engine, once, bounded, found by search, and only proposing."""

import itertools
from dataclasses import replace
from datetime import date
from pathlib import Path

import orjson
import pytest
from sqlalchemy import false, func, select, text, update

from archive import text_search
from archive.dossier_tables import Dossier
from archive.images import pages, texts
from archive.images.models import ImageFile
from archive.images.texts import ImageText
from archive.materials import catalogue, suggestions
from archive.materials.suggestions import Suggestion
from tests.archive.images import written
from web.app import create_app
from workflow import fsck, jobs
from workflow.errors import Unavailable
from workflow.models import Job
from workflow.registry import Repeat, Work
from workflow.statuses import JobStatus

TODAY = date(2026, 7, 1)


def enter(office, serial=1, name="单雄信"):
    with office.database.transaction() as session:
        return written.dossier(session, serial, name)


@pytest.fixture
def read(office, clock):
    """A dossier whose two pages were read by the jobs its acceptance began."""
    written.wanting_texts(office)
    dossier = enter(office)
    assert jobs.sweep(office.database)
    while jobs.sweep(office.database):
        pass
    return dossier


def layers(session) -> list[ImageText]:
    return list(session.scalars(select(ImageText).order_by(ImageText.image_id)))


def found(session, asked, **more):
    return [(each.material.name, each.page) for each in text_search.pages(session, asked, **more)]


def waiting(session) -> int:
    return session.scalar(select(func.count()).select_from(Job).where(Job.topic == texts.TOPIC))


def test_accepted_pages_are_read_found_and_suggest_what_they_are(office, read):
    with office.database.reading() as session:
        first, second = layers(session)
        assert (first.text.splitlines()[0], second.text.splitlines()[0]) == ("干部履历表", "毕业生登记表")
        assert first.engine.startswith("rapidocr 3") and not first.failed
        line, sure, (left, top, right, bottom) = first.lines[0]
        assert line == "干部履历表" and sure > 0.9
        assert 100 < left < 160 and 70 < top < 120 and left < right < 500 and top < bottom < 150

        _found_by_what_is_written(session)
        _suggesting(session, session.get_one(Dossier, read.id))
        assert [each for each in fsck.run(session) if each.check == "texts_of_images"] == []


def _found_by_what_is_written(session):
    assert found(session, "济南市") == [("干部履历表", 1)]
    assert found(session, "山东") == [("干部履历表", 1), ("毕业材料", 1)]
    assert found(session, "山东 物理") == [("毕业材料", 1)]
    assert found(session, "１９９８年７月") == [("干部履历表", 1)]
    assert found(session, "南市历") == found(session, "市历城") == [("干部履历表", 1)]
    assert found(session, "北京") == found(session, "山") == found(session, "") == found(session, '"*') == []
    assert found(session, "山东", limit=1) == [("干部履历表", 1)]
    assert found(session, "山东", seen=false()) == []
    assert found(session, "山东", seen=Dossier.dossier_no == "no such") == []
    (page,) = text_search.pages(session, "历城")
    assert page.around[1] == "历城" and page.around[0].endswith("济南市") and page.around[2].startswith("县")
    assert page.material.dossier.person.name == "单雄信"


def _suggesting(session, dossier):
    told = texts.of(session, dossier)
    first, second = catalogue.rows(session, dossier)
    assert suggestions.of(told[first.id], TODAY) == Suggestion("干部履历表", "1", "1998-07-01")
    assert suggestions.of(told[second.id], TODAY) == Suggestion("毕业生登记表", "4-1", "1994-06-20")
    assert (second.name, second.code, second.formed) == ("毕业材料", "10", "")  # nothing writes itself


def test_the_same_bytes_are_read_once_whoever_they_lie_beside(office, read, monkeypatch):
    monkeypatch.setattr(texts, "reader", None)  # nobody is asked
    enter(office, 3, "秦琼")
    while jobs.sweep(office.database):
        pass
    with office.database.reading() as session:
        assert len(layers(session)) == 4
        assert found(session, "济南市") == [("干部履历表", 1)] * 2


def test_the_process_that_reads_stays_below_500_megabytes(tmp_path):
    line = "我于一九五六年三月出生于山东省济南市历城县一个工人家庭一九六三年九月入小学读书" * 2
    full = [line[number % 30 :][:44] for number in range(30)]
    place = tmp_path / "full.jpg"
    place.write_bytes(written.sheet(full, size=(2480, 3508), step=100))  # A4 at 300 dpi

    assert len(orjson.loads(texts.reader.call("lines", str(place)))) >= 26

    status = Path(f"/proc/{texts.reader._child.pid}/status").read_text()
    (most,) = [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")]
    assert most < 500 * 1024


@pytest.fixture
def alone(sqlite_office, clock):
    """An accepted dossier, on one database, of an office that did not want texts when it was accepted."""
    return enter(sqlite_office)


@pytest.fixture
def wanted(sqlite_office, alone):
    """The same; now it wants them."""
    written.wanting_texts(sqlite_office)
    return alone


def work_on(dossier) -> Work:
    return Work(1, variables={}, payload={"dossier_id": dossier.id}, instance=None, activity_id=None)


def turn(office, dossier):
    """One turn of the job that reads the dossier."""
    work = work_on(dossier)
    ahead = texts.read_ahead(office.database, work)
    with office.database.transaction() as session:
        return texts.read_portion(session, replace(work, prepared=ahead))


def turns(office, dossier) -> int:
    """How often it comes back until all is read."""
    told = iter(lambda: turn(office, dossier), 0)
    return len(list(itertools.takewhile(lambda each: isinstance(each, Repeat), told)))


def test_who_does_not_want_texts_gets_none(sqlite_office, alone):
    with sqlite_office.database.transaction() as session:
        assert not texts.begin(session, session.get_one(Dossier, alone.id))
        assert waiting(session) == 0


def test_who_wants_no_texts_any_more_gets_none_of_what_was_begun(sqlite_office, wanted, monkeypatch):
    with sqlite_office.database.transaction() as session:
        assert texts.begin(session, session.get_one(Dossier, wanted.id))
    sqlite_office.settings = replace(sqlite_office.settings, page_texts=False)
    monkeypatch.setattr(texts, "ENGINE", "no_such_engine")  # and may have taken the extra away
    assert jobs.sweep(sqlite_office.database) == 1
    with sqlite_office.database.transaction() as session:
        assert layers(session) == []
        assert [each.status for each in session.scalars(select(Job))] == [JobStatus.DONE]
        monkeypatch.undo()
        written.wanting_texts(sqlite_office)
        session.info["office"].settings = sqlite_office.settings
        assert texts.begin_all(session) == 1


def test_without_the_extra_nothing_is_begun_and_all_else_works(sqlite_office, clock, monkeypatch):
    monkeypatch.setattr(texts, "ENGINE", "no_such_engine")
    written.wanting_texts(sqlite_office)
    dossier = enter(sqlite_office)
    with sqlite_office.database.reading() as session:
        assert waiting(session) == 0
        assert texts.of(session, session.get_one(Dossier, dossier.id)) == {}
        assert found(session, "济南市") == []


def test_a_worker_without_the_extra_leaves_it_to_another(sqlite_office, wanted, monkeypatch):
    monkeypatch.setattr(texts, "ENGINE", "no_such_engine")
    with pytest.raises(Unavailable, match="another worker"):
        turn(sqlite_office, wanted)


def test_what_was_accepted_before_is_begun_by_command(sqlite_office, alone, monkeypatch):
    runner = create_app(office=sqlite_office).test_cli_runner()
    assert "Set JUANLIU_OCR=1" in runner.invoke(args=["texts", "begin"]).output
    written.wanting_texts(sqlite_office)

    assert "1 dossiers are left to the workers." in runner.invoke(args=["texts", "begin"]).output
    with sqlite_office.database.reading() as session:
        assert waiting(session) == 1
    turns(sqlite_office, alone)
    assert "0 dossiers" in runner.invoke(args=["texts", "begin"]).output

    monkeypatch.setattr(texts, "ENGINE", "no_such_engine")
    answer = runner.invoke(args=["texts", "begin"])
    assert answer.exit_code == 1 and "requirements-ocr.txt" in answer.output


def spoil(office):
    """Every image's bytes are gone to rubbish."""
    with office.database.reading() as session:
        for sha256 in session.scalars(select(ImageFile.sha256)):
            office.files.path(sha256).write_bytes(b"no picture")


def test_one_page_is_read_in_a_turn_and_a_job_that_comes_twice_reads_nothing(sqlite_office, wanted):
    assert turns(sqlite_office, wanted) == 2
    with sqlite_office.database.reading() as session:
        before = [each.text for each in layers(session)]
    assert len(before) == 2 and all(before)
    spoil(sqlite_office)
    assert turns(sqlite_office, wanted) == 0
    with sqlite_office.database.reading() as session:
        assert [each.text for each in layers(session)] == before


def test_who_writes_does_not_wait_while_a_page_is_read(sqlite_office, wanted, monkeypatch):
    """On SQLite one transaction writes at a time: none is open while the engine reads."""
    engine, wrote = texts.reader, []

    class Meanwhile:
        def call(self, *asked):
            with sqlite_office.database.transaction() as session:
                wrote.append(session.execute(update(Job).values(error="seen")).rowcount)
            return engine.call(*asked)

    monkeypatch.setattr(texts, "reader", Meanwhile())
    written.wanting_texts(sqlite_office)
    with sqlite_office.database.transaction() as session:
        assert texts.begin(session, session.get_one(Dossier, wanted.id))
    while jobs.sweep(sqlite_office.database):
        pass
    assert wrote == [1, 1]


def test_what_was_read_of_other_bytes_is_not_kept(sqlite_office, wanted):
    """The page was replaced between reading and keeping: it is read again in the next turn."""
    ahead = texts.read_ahead(sqlite_office.database, work_on(wanted))
    with sqlite_office.database.transaction() as session:
        other = replace(work_on(wanted), prepared=replace(ahead, sha256="0" * 64))
        assert texts.read_portion(session, other) == Repeat()
        assert layers(session) == []
    assert turns(sqlite_office, wanted) == 2


def test_a_page_that_cannot_be_read_says_so_and_is_not_tried_again(sqlite_office, wanted, monkeypatch):
    spoil(sqlite_office)
    assert turn(sqlite_office, wanted) == Repeat()
    with sqlite_office.database.transaction() as session:
        assert [(each.failed, each.text, each.lines) for each in layers(session)] == [(True, "", [])]
        monkeypatch.setattr(texts, "reader", None)  # nobody is asked again
        (first,) = layers(session)
        assert first.image_id not in session.scalars(texts._waiting().with_only_columns(ImageFile.id)).all()


def test_a_file_that_is_missing_waits_to_be_brought_again(sqlite_office, wanted):
    with sqlite_office.database.transaction() as session:
        for sha256 in session.scalars(select(ImageFile.sha256)):
            sqlite_office.files.path(sha256).unlink(missing_ok=True)
    with pytest.raises(Unavailable, match="missing in the store"):
        turn(sqlite_office, wanted)
    with sqlite_office.database.reading() as session:
        assert layers(session) == []


@pytest.fixture
def layered(sqlite_office, wanted):
    """The same dossier with its text, in an open transaction."""
    turns(sqlite_office, wanted)
    with sqlite_office.database.transaction() as session:
        session.info["dossier"] = session.get_one(Dossier, wanted.id)
        yield session
        session.rollback()


def test_what_was_struck_is_not_found(layered):
    assert found(layered, "山东") == [("干部履历表", 1), ("毕业材料", 1)]
    rows = [catalogue.row_of(each) for each in catalogue.rows(layered, layered.info["dossier"])]
    left = [replace(rows[0]), replace(rows[1], struck="double")]
    catalogue.save(layered, layered.info["dossier"], left, "anna", why="x", second="dora")
    assert found(layered, "山东") == [("干部履历表", 1)]


def test_what_was_replaced_is_not_found(layered):
    image = layered.get_one(ImageFile, layers(layered)[0].image_id)
    pages.withdraw(layered, image, "anna", "another crop")
    assert found(layered, "山东") == [("毕业材料", 1)]


def test_fsck_names_a_text_of_other_bytes(layered):
    first = layers(layered)[0].image_id
    layered.execute(update(ImageText).where(ImageText.image_id == first).values(sha256="0" * 64))
    assert strange(layered) == [f"The text of image {first} was read from other bytes than the image's."]


def test_fsck_names_a_text_of_no_image(layered):
    layered.execute(text("PRAGMA defer_foreign_keys=ON"))
    first = layers(layered)[0].image_id
    layered.execute(update(ImageText).where(ImageText.image_id == first).values(image_id=99))
    assert strange(layered) == ["The text of image 99 is of no image that is here."]


def strange(session) -> list[str]:
    return [str(each.sentence) for each in fsck.run(session) if each.check == "texts_of_images"]


@pytest.mark.parametrize(
    ("said", "part", "shown"),
    [
        ("籍贯 山东省\n济南市", "省济", ("籍贯 山东", "省 济", "南市")),
        ("CET-6 Certificate", "cet6", ("", "CET-6", " Certificate")),
        ("什么也没有", "别的", ("", "", "")),
        ("短", "短文", ("", "", "")),
        ("任何", "-", ("", "", "")),
        ("前" * 100 + "中" + "后" * 100, "中", ("前" * 24, "中", "后" * 24)),
    ],
)
def test_what_stands_around_a_word_is_shown(said, part, shown):
    assert text_search.around(said, part) == shown

"""Many dossiers at once at the desk, each line by itself; and a batch at a glance."""

import pytest

from archive import storage
from archive.images import defects, pages
from archive.images.defect_tables import Defect, Stage
from archive.images.demands import ImageKind
from archive.images.pages import Placed
from archive.materials import catalogue
from archive.scanning import batches, counter, overview
from archive.scanning.models import ScanStatus
from tests.archive.images import scanned
from tests.archive.scanning.prepared import PAGES
from workflow.errors import Invalid


@pytest.fixture
def both(session, batch):
    return batches.entries(session, batch)


def line(entry, *rest):
    return " ".join([entry.dossier.dossier_no, *map(str, rest)])


def test_each_line_is_done_or_refused_by_itself(session, batch, both):
    lines = "\n".join([line(both[0], PAGES), line(both[1], PAGES + 1), "YX9 3", ""])
    done = counter.hand_out(session, batch, lines, "维拉", "stan")

    assert [str(each.refused) for each in done] == [
        "None",
        "The catalogue says 4, you counted 5.",
        "Dossier YX9 is not in this batch.",
    ]
    assert [each.status for each in both] == [ScanStatus.OUT, ScanStatus.PLANNED]
    assert both[0].volumes_out == 1


@pytest.mark.parametrize("rest", [(), ("four",), ("١٢",), ("-4",), ("999999",)])
def test_pages_are_a_plain_number(session, batch, both, rest):
    (done,) = counter.hand_out(session, batch, line(both[0], *rest), "维拉", "stan")
    assert str(done.refused) == "Say how many pages were counted."


def test_nothing_and_too_much_are_refused_as_a_whole(session, batch):
    for lines in (" \n ", "x\n" * (counter.MOST + 1)):
        with pytest.raises(Invalid) as refused:
            counter.hand_out(session, batch, lines, "维拉", "stan")
        assert set(refused.value.problems) == {"lines"}


def test_they_come_back_to_their_places_or_differ(session, batch, both):
    counter.hand_out(session, batch, "\n".join(line(each, PAGES) for each in both), "维拉", "stan")
    home = storage.home(session, both[0].dossier)
    (done,) = counter.take_back(session, batch, line(both[0], home, PAGES), "stan")
    (bare,) = counter.take_back(session, batch, line(both[1]), "stan")
    (differs,) = counter.differ(session, batch, line(both[1], PAGES - 1), "page 2 of 1-1", "stan")

    assert (done.refused, str(bare.refused), differs.refused) == (None, "Scan the barcode of the position.", None)
    assert [each.status for each in both] == [ScanStatus.BACK, ScanStatus.DIFFERS]


def test_several_are_left_out_for_one_reason(session, batch, both):
    done = counter.leave_out(session, batch, "\n".join(map(line, both)), "lent", "stan")
    assert [each.refused for each in done] == [None, None]
    assert {each.why for each in both} == {"lent"}


def test_a_batch_at_a_glance_counts_pages_images_defects_and_what_nobody_saw(session, batch, both):
    scanned.fill(session, both[0].dossier)
    material = catalogue.rows(session, both[0].dossier)[0]
    defects.mark(session, Placed(material, 1, ImageKind.RAW), Defect.UNREADABLE, "bob")
    defects.check(session, pages.of(session, material, ImageKind.RAW)[0], Stage.FIRM, "vera")
    defects.examine(session, both[1].dossier)
    session.flush()
    first, second = overview.lines(session, batch)

    assert (first.pages, first.raw, first.optimised, first.defects, first.unseen) == (4, 4, 4, 1, 7)
    assert (second.pages, second.raw, second.optimised, second.defects, second.unseen) == (4, 0, 0, 8, 0)
    assert (first.whole, second.whole) == (True, False)
    scanned.fill(session, both[1].dossier)  # the missing pages come
    session.flush()
    assert overview.lines(session, batch)[1].defects == 0 == len(defects.open_defects(session, both[1].dossier))


def test_what_was_agreed_judges_while_the_batch_runs(session, batch, both):
    batch.profile = {**batch.profile, "dpi": 600}
    session.flush()
    assert batches.agreed(session, both[0].dossier).dpi == 600
    counter.leave_out(session, batch, line(both[0]), "lent", "stan")
    assert batches.agreed(session, both[0].dossier).dpi == 300

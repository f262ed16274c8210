"""Text of page images over HTTP: found and proposed to who keeps catalogues, unseen by everybody else."""

import json
import re

import pytest
from sqlalchemy import select

from archive.dossier_tables import Dossier
from archive.images.texts import ImageText
from archive.materials import catalogue
from tests.archive.images import written
from workflow.identity import Group


@pytest.fixture
def dossier(office, clock) -> Dossier:
    """A dossier whose pages were read; the registry keeps catalogues up, the director reads dossiers."""
    with office.database.transaction() as session:
        session.get_one(Group, "registry").permissions = ["dossiers.read", "dossiers.catalogue"]
        session.get_one(Group, "director").permissions = ["dossiers.read"]
        return written.layered(session)


def main(page: str) -> str:
    return page[page.index("<main") : page.index("</main>")]


def suggested(page: str) -> list[dict]:
    found = re.search(r'<script type="application/json" id="suggested"[^>]*>(.*?)</script>', page)
    return json.loads(found[1]) if found else []


def test_the_search_box_shows_the_page_and_what_stands_around_it(dossier, signed_in):
    page = signed_in("anna").get("/dossiers", query_string={"text": "历城"}).text

    assert "图像文字" in page and "山东省济南市<mark>历城</mark>县" in page
    assert f'href="/dossiers/{dossier.id}"' in page


def test_who_does_not_keep_catalogues_learns_nothing_of_what_is_written(dossier, signed_in):
    dora = signed_in("dora")
    there, nowhere = (dora.get("/dossiers", query_string={"text": text}).text for text in ("历城", "北京"))

    assert "图像文字" not in there and "济南" not in there
    assert main(there).replace("历城", "北京") == main(nowhere)
    assert suggested(dora.get(f"/dossiers/{dossier.id}/catalogue").text) == []


def test_the_catalogue_proposes_what_differs_and_changes_nothing(dossier, signed_in, office):
    page = signed_in("anna").get(f"/dossiers/{dossier.id}/catalogue").text

    (only,) = suggested(page)
    assert only["cells"] == {"name": "毕业生登记表", "code": "4-1", "formed": "1994-06-20"}
    assert only["said"] == "图像文字识别建议：4-1 · 毕业生登记表 · 1994-06-20"
    with office.database.reading() as session:
        second = catalogue.rows(session, session.get_one(Dossier, dossier.id))[1]
        assert (second.id, second.name, second.code) == (only["id"], "毕业材料", "10")


def test_what_is_written_is_escaped(dossier, signed_in, office):
    with office.database.transaction() as session:
        for row in session.scalars(select(ImageText)):
            row.text = "<b>历城</b>"
    page = signed_in("anna").get("/dossiers", query_string={"text": "历城"}).text
    assert "&lt;b&gt;<mark>历城</mark>&lt;/b&gt;" in page

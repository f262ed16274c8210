"""Who the life is of, and what is read and signed on the way."""

from archive.dossier_tables import Dossier
from tests.archive.cards import id_no
from tests.browser.life import Life, Paper
from tests.people import PASSWORD

NAME, ID_NO = "单雄信", id_no(7, "19850512")
PACK = "1012345678901"
PAGES = 4
UNIT = "云溪市教育局"


def signed(field: str, login: str = "") -> dict[str, str]:
    """A signature by password, one's own or a colleague's who is there."""
    return {f"{field}__password": PASSWORD, **({f"{field}__by": login} if login else {})}


def dossier(life: Life, number: int = 1) -> Dossier:
    with life.office.database.reading() as session:
        return session.get_one(Dossier, number)


def read(papers: list[Paper], *wanted: tuple[str, ...]) -> None:
    """Each paper is of this name and says all of this."""
    for (title, *parts), paper in zip(wanted, papers, strict=True):
        assert paper.name.startswith(title), paper.name
        lacking = [part for part in parts if part not in paper.text]
        assert not lacking, f"{paper.name}: {lacking} not in {paper.text}"

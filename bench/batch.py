"""A whole scanning batch in a real installation, the figures of docs/performance.md: `python -m bench.batch [dossiers]
[pages]` (200 dossiers of 60 pages; DATABASE_URL for PostgreSQL).

People act through HTTP: planned, handed out, uploaded, checked by the machine, looked through page by page, defects
of twelve kinds found and scanned again, taken back, handed in; refused for a file that was changed in the store,
reworked, sampled by two checkers, accepted. Everything planted must be found, and nothing else. Shown are wall and
processor time of each stage, and the most memory every process of the installation had.
"""

import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from archive.images.defect_tables import Defect
from bench import firm
from bench.course import Course
from bench.ground import show
from tests import people
from tests.installation import Installation
from workflow import fsck, registry
from workflow.identity import Group, User
from workflow.office import Office, open_office
from workflow.settings import from_environment

DOSSIERS, PAGES = 200, 60
MOST_MB = 500
WATCHED = ("web", "worker")  # whose memory is told stage by stage
PATIENCE = float(os.environ.get("PATIENCE", 7200))  # seconds
SETTINGS = {"JUANLIU_DEMO": "0", "JUANLIU_UPLOAD_MB": "2000"}
STAFF = {  # login: group
    "vera": "scanning",
    "valid": "scanning",
    "stan": "store",
    "rosa": "registry",
    "remy": "review",
    "rita": "review",
    "dora": "director",
    "dirk": "director",
}


def _furnished(office: Office, count: int, sheets: int) -> list[firm.Held]:
    """The people a batch needs, in the groups of a new office, and the dossiers on their shelves."""
    secret = people.QUICK.hash(people.PASSWORD)
    with office.database.transaction() as session:
        for login, key in STAFF.items():
            person = User(name=login, display_name=login.title(), password_hash=secret, created_at=people.SINCE)
            person.groups.append(session.get_one(Group, key))
            session.add(person)
    return firm.keep(office, count, sheets)


def wrong(course: Course) -> Iterator[str]:
    """What is not as it must be, in sentences."""
    planted = Counter(each.code for each in course.planted if each.code is not Defect.REMARK)
    for code, count in planted.items():
        if course.found[code] != count:
            yield f"{code}: {count} planted, {course.found[code]} found."
    for name, most in course.gauges.most.items():
        if most > MOST_MB:
            yield f"{name} had {most} MB."
    with course.office.database.reading() as session:
        yield from (f"{problem.check}: {problem.sentence}" for problem in fsck.run(session))


def main() -> int:
    count, sheets = (int(each) for each in [*sys.argv[1:3], *(str(DOSSIERS), str(PAGES))[len(sys.argv[1:3]) :]])
    registry.discover("archive", "forms", "web")
    with tempfile.TemporaryDirectory(prefix="juanliu-batch-") as folder:
        database = {"DATABASE_URL": os.environ["DATABASE_URL"]} if "DATABASE_URL" in os.environ else {}
        installation = Installation(Path(folder) / "data", **SETTINGS, **database).start()
        office = open_office(from_environment(installation.environment))
        course = Course(installation, office, _furnished(office, count, sheets), PATIENCE)
        try:
            course.go()
            course.gauges.close()
            said = list(wrong(course))
        finally:
            course.hands.close()
            installation.stop()
            office.database.engine.dispose()
    report(course, count, sheets)
    print("\n".join(said) or "Everything planted was found, and nothing else; the batch is accepted.")
    return bool(said)


def report(course: Course, count: int, sheets: int) -> None:
    print(f"{count} dossiers of {sheets} pages, {2 * count * sheets} images")
    stages = course.gauges.stages
    head = ("stage", "wall s", "processor s", *(f"{name} MB" for name in WATCHED))
    show(
        head, ((s.name, round(s.wall), round(s.processor), *(s.most.get(name, 0) for name in WATCHED)) for s in stages)
    )
    show(("process", "most MB"), sorted(course.gauges.most.items()))
    show(("planted and found", ""), ((code.value, number) for code, number in sorted(course.found.items())))


if __name__ == "__main__":
    sys.exit(main())

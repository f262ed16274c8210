"""What a scanning firm's package takes: `python -m bench.imaging [dossiers]` (200: a whole batch, 24,000 files).

Each dossier has sixty pages, each a raw and an optimised image of A4 at 300 dpi in colour. Shown are
the pages a second of processor time, of the process that takes them in and of the child that opens them, and the most
memory each had.
"""

import sys
import time
import zipfile
from pathlib import Path

from sqlalchemy.orm import Session

from archive.dossier_tables import Dossier
from archive.images import parcels, readings
from archive.images.parcel_tables import PageStatus, Parcel
from archive.materials.rows import Row
from bench.ground import KINDS, office, show
from tests.archive.images import drawn, parcelled, scanned
from workflow import jobs
from workflow.office import Office

ROWS = (
    Row(name="干部履历表", code="1", formed="2001", pages="30"),
    Row(name="考核表", code="3", formed="2002", pages="30"),
)
A4 = (2480, 3508)
DRAWN = 6  # different pages; drawing more would take longer than reading them
TICKS = 100  # of the processor's clock, a second


def main() -> None:
    dossiers = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    papers = [drawn.saved(drawn.turned(drawn.page(40, A4, n), 0.3 * n), quality=75) for n in range(DRAWN)]
    head = ("database", "pages", "wall s", "own cpu s", "child cpu s", "pages/cpu s", "own MB", "child MB")
    show(head, (measured(kind, dossiers, papers) for kind in KINDS))


def measured(kind: str, dossiers: int, papers: list[bytes]) -> tuple[object, ...]:
    with office(kind, "imaging") as opened:
        package = opened.settings.data / "batch.zip"
        with opened.database.transaction() as session:
            pack(session, package, dossiers, papers)
        Path("/proc/self/clear_refs").write_text("5")  # the most memory is that of taking in, not of packing
        begun, own = time.perf_counter(), time.process_time()
        pages = take_in(opened, package)
        wall, own = time.perf_counter() - begun, time.process_time() - own
        child, memory = child_s()
    rate = round(pages / (own + child), 1)
    return kind, pages, round(wall, 1), round(own, 1), round(child, 1), rate, peak("self"), memory


def pack(session: Session, package: Path, dossiers: int, papers: list[bytes]) -> None:
    """Write the package of so many dossiers."""
    package.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(package, "w") as archive:
        for serial in range(dossiers):
            made: Dossier = scanned.dossier(session, 2 * serial + 1, "单雄信", ROWS)
            paths = sorted(parcelled.files_of(session, made))
            files = {path: papers[number % DRAWN] for number, path in enumerate(paths) if path.endswith(".jpg")}
            files = parcelled.sealed({**parcelled.files_of(session, made), **files})
            for path, content in files.items():
                archive.writestr(f"{parcelled.BATCH}/{parcelled.folder_of(session, made)}/{path}", content)


def take_in(opened: Office, package: Path) -> int:
    """How many pages were taken in; all of them, or it is no measurement."""
    with opened.database.transaction() as session, package.open("rb") as source:
        parcel = parcels.begin(session, source, package.name, "anna")
    while jobs.sweep(opened.database):
        pass
    with opened.database.reading() as session:
        told = parcels.progress(session, session.get_one(Parcel, parcel.id))
    if set(told.by_status) != {PageStatus.ATTACHED}:
        raise SystemExit(f"not taken in: {told.by_status}")
    return told.pages


def child_s() -> tuple[float, int]:
    """(processor seconds, most megabytes) of the child that opened the images; it ends here."""
    running = readings.reader._child
    assert running is not None
    ticks = Path(f"/proc/{running.pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
    most = peak(str(running.pid))
    readings.reader.close()
    return sum(map(int, ticks)) / TICKS, most


def peak(process: str) -> int:
    """The most memory a process had, in megabytes."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) // 1024


if __name__ == "__main__":
    main()

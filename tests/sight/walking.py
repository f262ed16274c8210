"""Every address one can ask for, with the ids of a matter, with searches for it; and what is answered."""

import html
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import event, select

from archive import dossiers, names
from archive.acceptance.models import Acceptance
from archive.documents import Document
from archive.images.defect_tables import ImageDefect
from archive.images.models import ImageFile
from archive.images.parcel_tables import Parcel, ParcelPage
from archive.packs.models import CourierList, Pack
from archive.reading.grant_tables import Grant
from archive.scanning.models import ScanBatch
from tests.archive.cards import id_no
from tests.sight.world import KEY, Matter
from workflow.models import Case, Finding, Incident, ProcessInstance, StoredFile, UserTask

NEW = re.compile(r'"X-CSRFToken": "[^"]+"|name="csrf_token" value="[^"]+"|\d{8}-[0-9A-F]{6}|<dcterms:.*?</dcterms:\w+>')
NEVER = 987654  # an id nothing has
NOT_WALKED = {"static", "live.events", "health.show"}  # what never ends, or says nothing of the office's matters
TABLES: Mapping[str, Any] = {
    "dossier_id": dossiers.Dossier,
    "case_id": Case,
    "task_id": UserTask,
    "instance_id": ProcessInstance,
    "incident_id": Incident,
    "finding_id": Finding,
    "file_id": StoredFile,
    "image_id": ImageFile,
    "defect_id": ImageDefect,
    "document_id": Document,
    "pack_id": Pack,
    "list_id": CourierList,
    "batch_id": ScanBatch,
    "parcel_id": Parcel,
    "page_id": ParcelPage,
    "acceptance_id": Acceptance,
    "grant_id": Grant,
}
TELLING = frozenset(  # the pages that say something of X to who sees everything
    [
        "acceptances.index",
        "acceptances.show",
        "approvals.show",
        "batch_papers.of_case",
        "cases.index",
        "cases.show",
        "catalogue.show",
        "days.show",
        "documents.show",
        "dossiers.chain",
        "dossiers.index",
        "dossiers.show",
        "inbox.show",
        "incidents.show",
        "inventories.show",
        "leaving.show",
        "load.show",
        "loans.as_xlsx",
        "loans.index",
        "loans.show",
        "operations.show",
        "pack_imports.index",
        "pack_imports.result",
        "pack_imports.show",
        "packs.register",
        "packs.show",
        "person_records.show",
        "readings.index",
        "readings.show",
        "returns.ask",
        "returns.reopen",
        "returns.withdraw",
        "returns.withdraw_case",
        "scan.show",
        "scanning.index",
        "scanning.show",
        "scanning_parcels.queue",
        "scanning_parcels.show",
        "starting.choices",
        "tasks.show",
        "watchdog.index",
        "watchdog.show",
        "why.of_case",
    ]
)
WORDS: Mapping[str, tuple[str, ...]] = {  # what else stands in addresses
    "day": ("2026-06-30",),
    "code": ("K01", "U1", "U2", "LC01"),
    "source": ("dossiers", "materials", "units"),
    "kind": ("facts", "suspension", "posts"),
    "name": ("anna",),
    "year": ("2026",),
    "version": ("1",),
    "key": (KEY, "registry", "part", "mirror"),
}
ASKED = {"loans.index": "view", "loans.as_xlsx": "view", "inbox.show": "view", "days.show": "place"}
ASKING = {"view": ("all", "out", "overdue", "ended", "groups", "done", "others"), "place": ("registered", "shelved")}
Ids = Mapping[str, list[int]]


@dataclass(frozen=True)
class Answer:
    """What one reads of an answer; `statements`: how often the database was asked for it."""

    status: int
    headers: tuple[str, ...]
    body: str
    statements: int = 0

    @property
    def read(self) -> tuple[object, ...]:
        return self.status, self.headers, self.body


def ids(session: Any) -> dict[str, list[int]]:
    """The ids of every table an address may name."""
    return {name: sorted(session.scalars(select(table.__mapper__.primary_key[0]))) for name, table in TABLES.items()}


def coming(known: Ids) -> dict[str, list[int]]:
    """The ids the rows of a second matter will have, that is written down just as the first."""
    return {name: [max(each) + number for number in range(1, len(each) + 1)] for name, each in known.items()}


def addresses(app: Any, of: Ids) -> Iterator[str]:
    """Every address of a page, with each of these ids; and without any, with whatever can be chosen."""
    adapter = app.url_map.bind("localhost")
    for rule in sorted(app.url_map.iter_rules(), key=str):
        if "GET" in rule.methods and rule.endpoint not in NOT_WALKED:
            values = [of.get(name, WORDS.get(name, (NEVER,))) for name in sorted(rule.arguments)]
            for chosen in product(*values):
                path = adapter.build(rule.endpoint, dict(zip(sorted(rule.arguments), chosen, strict=True)))
                yield path
                asked = ASKED.get(rule.endpoint)
                yield from (f"{path}?{asked}={each}" for each in ASKING.get(asked, ()))


def searches(of: Matter, number: str) -> Iterator[str]:
    """Every way to ask for the matter, of the dossier with this number, by something one has of it."""
    sounds = names.reading(of.name)
    initials = "".join(part[0] for part in sounds.split())
    numbers = (id_no(of.serial), id_no(of.serial)[-6:], id_no(of.serial)[-4:], number, f"EB{of.serial:09d}CN")
    said = (
        of.name,
        of.name[:2],
        of.sign,
        initials,
        sounds.replace(" ", ""),
        of.word("履历"),
        of.word("曾名"),
        of.shelf,
    )
    for text in (*said, *numbers, f"{of.sign}-办理"):
        typed = urlencode({"text": text})
        yield from (f"{page}?{typed}" for page in ("/dossiers", "/packs", "/loans", "/loans/register.xlsx"))
        yield from (f"/cases?state=all&{typed}", f"/inbox?view=others&{typed}", f"/scan?{urlencode({'code': text})}")
        yield f"/processes/{KEY}/choices/dossiers?{urlencode({'q': text})}"


def answers(office: Any, reader: Any, paths: Iterable[str]) -> dict[str, Answer]:
    """What the reader is answered, by address."""
    return {path: _answer(office, reader, path) for path in dict.fromkeys(paths)}


def differing(
    office: Any, reader: Any, paths: Iterable[str], known: Mapping[str, Answer]
) -> Iterator[tuple[str, Answer]]:
    """What is answered otherwise than was known, one by one."""
    for path in dict.fromkeys(paths):
        answer = _answer(office, reader, path)
        if answer.read != known[path].read:
            yield path, answer


def kinds(app: Any, paths: Iterable[str]) -> set[str]:
    """The endpoints of these addresses."""
    adapter = app.url_map.bind("localhost")
    return {adapter.match(path.partition("?")[0], method="GET")[0] for path in paths}


def _answer(office: Any, reader: Any, path: str) -> Answer:
    said: list[str] = []
    listener = lambda *given: said.append(given[2])  # noqa: E731
    event.listen(office.database.engine, "before_cursor_execute", listener)
    answer = reader.get(path, headers={"Sec-Fetch-Dest": "image"})
    event.remove(office.database.engine, "before_cursor_execute", listener)
    kept = (answer.headers.get(each, "") for each in ("Content-Type", "Content-Disposition", "Location", "Refresh"))
    return Answer(answer.status_code, tuple(kept), _readable(answer), len(said))


def _readable(answer: Any) -> str:
    """The body as a person reads it: of a spreadsheet or paper the texts in it; without what is new on every page."""
    if answer.data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
            names_ = [each for each in packed.namelist() if each.endswith(".xml")]
            return NEW.sub("", html.unescape("".join(packed.read(each).decode("utf-8") for each in names_)))
    return NEW.sub("", answer.data.decode("utf-8", "replace"))

"""Everything one can post, naming what is out of scope and naming what does not exist; the answers must be the same.

Addresses get the ids of X, or ids nothing has; fields get what X is known by, or what nobody is known by. Processes are
begun by their forms and worked on step by step, with one or the other typed into every field that asks for it.
"""

import io
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import select

from archive import id_numbers
from archive.materials.models import Material
from tests.archive.cards import id_no
from tests.people import PASSWORD
from tests.sight import walking, world

UNSAFE = ("POST", "PUT", "DELETE")
NOT_POSTED = ("signing_in.", "profile.", "climate.", "people.")  # the reader's own way in; what knows no dossier
SHORT, ID_NO = 7, 18  # more digits than an id has; characters of an ID number
CHARGED = ("certificates.verify", "readings.sit_down")  # what counts the wrong tries
WEB = Path(__file__).resolve().parents[2] / "web"
FIELD = re.compile(r"\b(?:\w*text|get|getlist|wholes?|moment)\(\s*[\"']([a-z_-]+)[\"']")
PLAIN = {
    "why": "来电",
    "reason": "来电",
    "note": "来电",
    "post-why": "来电",
    "since": "2020-01",
    "since_date": "2020-01",
}
CHOSEN: Mapping[str, Mapping[str, str]] = {  # by endpoint: what must be a choice to come to the question
    "relations.declare": {"kind": "spouse", "colleague": ""},
    "packs.receive_unlisted": {"channel": "ems"},
    "image_check.mark": {"kind": "raw", "code": "unreadable"},
    "bulk_runs.begin_checking": {"act": "claim"},
    "imports.take": {"act": "keep"},
    "readings.sit_down": {"password": PASSWORD},
}
HEADINGS = {
    "facts": "证件号码,姓名,通讯地址\n{id_no},{name},新址\n",
    "posts": "证件号码,姓名,任职时间,单位,职务\n{id_no},{name},2020-01,云溪一中,教师\n",
    "relatives": "证件号码,姓名,亲属姓名,亲属证件号码,关系\n{id_no},{name},王某,11010519491231002X,配偶\n",
}
LIST = "运单号,姓名,身份证号,寄件单位,寄件城市,渠道\n{tracking},{name},{id_no},云溪大学,云溪,EMS\n"


@dataclass(frozen=True)
class Known:
    """What somebody's matter is known by. `ids`: of its rows, by table."""

    dossier: str
    id_no: str
    tracking: str
    name: str
    case: str
    letter: str
    certificate: str
    batch: str
    ids: Mapping[str, int]

    @property
    def words(self) -> tuple[str, ...]:
        numbers = (self.dossier, self.id_no, self.tracking, self.letter, self.certificate, self.batch)
        return *numbers, self.name, self.case

    def values(self) -> list[str]:
        """Each thing to type, by its place the same of every Known; an id serves for all tables."""
        return [*self.words, *sorted({str(each) for each in self.ids.values()})]


def of_x(session: Any, number: str) -> Known:
    """X, which is there."""
    ids = {name: session.scalars(select(key).order_by(key.desc())).first() for name, key in _keys().items()}
    x = world.X
    words = (number, id_no(x.serial), f"EB{x.serial:09d}CN", x.name, f"{x.sign}-办理")
    return Known(*words, x.word("查字"), x.word("证字"), f"{x.sign}SM", ids)


def of_nobody(known: Known) -> Known:
    """What nothing here is known by, as long and of the same kind."""
    words = ("YX202699999", id_no(777), "EB000000777CN", "司马无霜", "无此-办理", "无此查字", "无此证字", "无此SM")
    return Known(*words, {name: walking.NEVER + each for name, each in known.ids.items()})


def _keys() -> dict[str, Any]:
    keys = {name: table.__mapper__.primary_key[0] for name, table in walking.TABLES.items()}
    return {**keys, "material": Material.id}


def fields() -> list[str]:
    """Every field a view reads."""
    found = {name for path in sorted(WEB.rglob("*.py")) for name in FIELD.findall(path.read_text("utf-8"))}
    return sorted(found - PLAIN.keys())


@dataclass(frozen=True)
class Post:
    """One thing to ask for. `json`: the body is that, else a form; `typed`: what is named in it."""

    endpoint: str
    method: str
    path: str
    sent: Mapping[str, Any]
    typed: tuple[str, ...] = ()
    json: Any = None


def addressed(app: Any, known: Known) -> Iterator[Post]:
    """Every address that takes an id, with this one's."""
    for rule, method in _rules(app):
        if rule.arguments & walking.TABLES.keys():
            values = {name: known.ids.get(name, _word(name)) for name in rule.arguments}
            yield Post(rule.endpoint, method, _built(app, rule, method, values), {"why": "来电", "reason": "来电"})


def filled(app: Any, known: Known, mine: Mapping[str, int], about: Collection[str]) -> Iterator[Post]:
    """Every address of what is in scope and of these blueprints, with each thing this one is known by in every field."""
    names = fields()
    for rule, method in _rules(app):
        if rule.endpoint.partition(".")[0] not in about:
            continue
        values = {name: mine.get(name, _word(name)) for name in rule.arguments}
        path = _built(app, rule, method, values)
        for value in known.values():
            counted = {"id_no": ""} if len(value) < SHORT else {}  # it says how many digits there are
            sent = {**dict.fromkeys(names, value), **PLAIN, **counted, **CHOSEN.get(rule.endpoint, {})}
            yield Post(rule.endpoint, method, path, sent, (value,))


def brought(known: Known) -> Iterator[Post]:
    """Lists that name it, and rows of a catalogue."""
    told = {"id_no": known.id_no, "name": known.name, "tracking": known.tracking}
    for kind, text in HEADINGS.items():
        for name in (known.name, "单雄信"):
            sent = {"act": "keep", "why": "来电", "pasted": text.format(**{**told, "name": name})}
            yield Post("imports.take", "POST", f"/imports/{kind}", sent, tuple(told.values()))
    for act in ("/preview", ""):
        file = (io.BytesIO(LIST.format(**told).encode()), "list.csv")
        yield Post("pack_imports.begin", "POST", f"/packs/imports{act}", {"file": file}, tuple(told.values()))
    row = {"id": known.ids["material"], "revision": 1, "name": "履历表", "code": "1", "formed": "2001", "pages": "1"}
    yield Post("catalogue.save", "PUT", "/dossiers/1/catalogue", {}, json={"rows": [row], "why": "来电"})


def _rules(app: Any) -> Iterator[tuple[Any, str]]:
    for rule in sorted(app.url_map.iter_rules(), key=str):
        if not rule.endpoint.startswith(NOT_POSTED):
            yield from ((rule, method) for method in sorted(rule.methods & set(UNSAFE)))


def _word(name: str) -> Any:
    return walking.WORDS.get(name, (1,))[0]


def _built(app: Any, rule: Any, method: str, values: Mapping[str, Any]) -> str:
    return app.url_map.bind("localhost").build(rule.endpoint, dict(values), method=method)


def answer(browser: Any, post: Post) -> tuple[Any, ...]:
    """What is read of the answer, with what was asked for blanked; what was said in answers before is forgotten."""
    browser._cookies = dict(browser.kept_cookies)
    headers = {"X-CSRFToken": browser.kept_token}
    body = {"json": post.json} if post.json is not None else {"data": dict(post.sent)}
    got = browser.open(post.path, method=post.method, headers=headers, csrf=False, **body)
    said = (got.headers.get("Location", ""), got.get_data(as_text=True))
    return got.status_code, *(blank(each.replace(post.path, "■"), post.typed) for each in said)


def blank(text: str, typed: Collection[str]) -> str:
    """The text without what is new each time and without what was typed, as it was or masked."""
    said = walking.NEW.sub("", text)
    for value in typed:
        if value.isdigit() and len(value) < SHORT:  # an id may stand anywhere: what is told is told in words
            said = re.sub(r"\d+", "■", said)
        else:
            said = re.sub(f"{re.escape(value)}|{re.escape(quote(value))}", "■", said, flags=re.IGNORECASE)
            said = said.replace(id_numbers.mask(value), "■") if len(value) == ID_NO else said
    return said

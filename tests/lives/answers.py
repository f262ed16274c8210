"""What a person knows to write into the fields of the house's forms, by the field's key; a few by their step, too.

Each answers (Facts, Asking) with a value, with rows (a list of dicts), or with None: it is left to chance.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from archive.id_numbers import check_digit
from tests.lives.filling import Mood
from tests.lives.house import House
from tests.lives.knowing import Facts


@dataclass(frozen=True)
class Asking:
    """Who fills the form, where. `options`: what is drawn to choose from; `drawn`: what stands there."""

    house: House
    who: str
    options: list[str]
    drawn: str
    mood: Mood

    @property
    def chance(self) -> Any:
        return self.house.chance

    @property
    def today(self) -> date:
        return self.house.office.today()

    def other(self, *groups: str) -> str:
        """Somebody else, of one of these groups."""
        return self.chance.choice([each for each in self.house.of_group(*groups) if each != self.who])

    def seldom(self, odds: float) -> bool:
        return self.mood is Mood.PLAYFUL and self.chance.random() < odds


Answer = Callable[[Facts, Asking], Any]


def stranger(serial: int) -> str:
    """The ID number of somebody from elsewhere."""
    body = f"3301061980{1 + serial % 12:02d}{1 + serial // 12 % 28:02d}{1 + serial % 998:03d}"
    return body + check_digit(body)


def _pages(facts: Facts, asking: Asking) -> str:
    due = facts.variables.get("pages_due") or facts.variables.get("pages_out") or facts.pages
    if facts.process == "sorting":  # papers came in and went out since
        due = facts.pages
    return str(due if not asking.seldom(0.04) else int(due) + 1)


def _counted(facts: Facts, asking: Asking) -> str:
    return str(facts.pages)


def _readers(facts: Facts, asking: Asking) -> list[dict[str, str]]:
    first, second = asking.chance.sample(asking.house.of_group("window", "registry", "review"), 2)
    rows = []
    for login in (first, second):
        serial = asking.house.number()
        rows.append({"name": f"阅{serial}", "id_no": stranger(serial), "login": login, "post": "科员"})
    return rows


def _items(facts: Facts, asking: Asking) -> list[dict[str, str]]:
    """The items of an audit as they are drawn: what is claimed is found so in the first paper, now and then not; with
    no paper in it nothing shows it."""
    rows = []
    for item in facts.variables.get("items") or []:
        claim = str(item.get("claim") or "")
        if not claim or not facts.materials:
            bare = {"verdict": "doubtful", "problem": "卷内无记载"} if claim else {"verdict": "none"}
            rows.append({"claim": claim, "earliest": "", "material": "", **bare})
            continue
        material = str(asking.chance.choice(facts.materials)[0])
        doubt = {"verdict": "doubtful", "earliest": "1999-08", "problem": "前后不一"}
        sure = {"verdict": "consistent", "earliest": claim}
        rows.append({"material": material, "claim": claim, **(doubt if asking.seldom(0.2) else sure)})
    return rows


def _doubts(facts: Facts, asking: Asking) -> list[dict[str, str]]:
    told = {"supplement": "单位出具说明", "determined": "1999-08", "basis": "组通字〔2006〕41号"}
    columns = ("supplement",) if facts.form == "audit-supplement" else ("determined", "basis")
    return [{name: told[name] for name in columns} for _ in facts.variables.get("doubts") or []]


def _papers(facts: Facts, asking: Asking) -> list[dict[str, str]]:
    names = ("2025年度考核登记表", "工资变动审批表", "培训结业证明")
    return [
        {"name": f"{asking.chance.choice(names)}{asking.house.number()}", "formed": "2026-06", "pages": "1"}
        for _ in range(asking.chance.randint(1, 2))
    ]


def _copies(facts: Facts, asking: Asking) -> list[dict[str, str]]:
    rows = [(key, pages) for key, pages in facts.materials if pages]
    key, pages = asking.chance.choice(rows) if rows else (0, 1)
    return [{"material": str(key), "kind": "copy", "page": "1", "last_page": str(pages), "sheets": str(pages)}]


def _removals(facts: Facts, asking: Asking) -> list[dict[str, str]]:
    if not facts.materials or not asking.seldom(0.15):
        return []
    outcome = asking.chance.choice(("return", "transfer", "person", "destroy", "freeze"))
    key = asking.chance.choice(facts.materials)[0]
    return [{"material": str(key), "outcome": outcome, "reason": "不属归档范围", "addressee": "原单位"}]


def _proved(facts: Facts, asking: Asking) -> list[dict[str, str]]:
    key = asking.chance.choice(facts.materials)[0] if facts.materials else ""
    return [{"said": "1990年7月高中毕业", "material": str(key)}]


def _investigators(facts: Facts, asking: Asking) -> list[dict[str, str]]:
    serials = (asking.house.number(), asking.house.number())
    return [{"name": f"查{each}", "id_no": stranger(each), "credential": f"证{each}"} for each in serials]


def _differences(facts: Facts, asking: Asking) -> list[dict[str, str]]:
    if not facts.form.startswith("reading") or not facts.materials:
        return []
    return [{"material": str(facts.materials[0][0]), "kind": "missing", "pages": "1", "note": "缺末页"}]


def _free_place(facts: Facts, asking: Asking) -> str:
    return facts.variables.get("free_place") or facts.home


def _letter(facts: Facts, asking: Asking) -> str | None:
    if asking.drawn and facts.process == "transfer-out":
        return None
    return f"函〔2026〕{asking.house.number()}号"


def _applicant(facts: Facts, asking: Asking) -> str:
    return "authority" if facts.variables.get("regime") == "cadre" or facts.guarded else "person"


def _channel(facts: Facts, asking: Asking) -> str | None:
    if facts.variables.get("batch_case_id") and not asking.seldom(0.2):
        return "by_hand"
    if facts.guarded or facts.process in ("transfer-in",):
        return "confidential"
    return "ems" if facts.process == "receipt" else asking.chance.choice(("confidential", "ems"))


def _sent(facts: Facts) -> int:
    return len(facts.variables.get("sent_rows") or [])


def _lost(facts: Facts) -> int:
    """Of some batches one pack does not arrive."""
    return int(facts.activity == "count_in" and facts.case_id % 4 == 0 and _sent(facts) > 0)


def _changes(facts: Facts, asking: Asking) -> list[dict[str, str]]:
    material = str(facts.materials[0][0]) if facts.materials else ""
    return [
        {"field": "native_place", "new_value": f"云溪{asking.house.number()}", "basis": "户口簿", "material": material}
    ]


def _keeper(facts: Facts, asking: Asking) -> str | None:
    if facts.receiver and not asking.seldom(0.1):
        return facts.receiver
    if asking.drawn:
        return None
    return facts.keeper or asking.chance.choice(("LC01", "LC02"))


def _notice(facts: Facts, asking: Asking) -> str:
    return facts.notice or f"临转〔2026〕{asking.house.number()}号"


def _checkers(asking: Asking) -> list[str]:
    """Two of the review, others each time somebody asks anew."""
    people = asking.house.of_group("review")
    shift = asking.house.turn % len(people)
    return (people + people)[shift : shift + 2]


def _head(asking: Asking) -> str:
    people = asking.house.of_group("director")
    return people[asking.house.turn % len(people)]


def _counter(facts: Facts, asking: Asking) -> str:
    """One who stands in the plan already and may be chosen, or somebody else."""
    people = asking.house.of_group("store", "registry")
    return asking.drawn if asking.drawn in people else asking.chance.choice(people)


def _borrower(facts: Facts, asking: Asking) -> str | None:
    readers = [each["name"] for each in facts.variables.get("readers") or []]
    return asking.chance.choice(readers) if readers and not asking.seldom(0.05) else None


def _group(facts: Facts, asking: Asking) -> list[str]:
    asking.house.turn += 1
    return [_head(asking), *_checkers(asking), asking.house.of_group("registry")[-1]]


def _from_queue(facts: Facts, asking: Asking) -> str:
    return ""


def _kept(facts: Facts, asking: Asking) -> str:
    return facts.dossier_no or facts.kept_no


KNOWN: dict[str, Answer] = {
    "scan_label": lambda facts, asking: facts.dossier_no,
    "kept_dossier_no": _kept,
    "scanned_no": lambda facts, asking: "",
    "scan_position": _free_place,
    "first_counter": _counter,
    "second_counter": _counter,
    "borrower": _borrower,
    "position": lambda facts, asking: facts.variables.get("free_place"),
    "volumes_out": lambda facts, asking: str(facts.volumes),
    "volumes": lambda facts, asking: "1",
    "pages_out": _counted,
    "pages_in": _pages,
    "as_lent": lambda facts, asking: [] if asking.seldom(0.05) else "true",
    "back": lambda facts, asking: "1" if asking.seldom(0.02) else "",
    "page_count": lambda facts, asking: str(asking.chance.randint(3, 5)),
    "id_no": lambda facts, asking: facts.id_no,
    "id_no_again": lambda facts, asking: facts.id_no,
    "letter_id_no": lambda facts, asking: facts.id_no,
    "kin_id_no": lambda facts, asking: "",
    "name": lambda facts, asking: facts.name,
    "checks": lambda facts, asking: ["channel", "seal", "seam", "addressee"],
    "problems": lambda facts, asking: ["E10"] if asking.seldom(0.03) else [],
    "list_kind": lambda facts, asking: "GRAD",
    "identity": lambda facts, asking: None if asking.seldom(0.1) else asking.options[0] if asking.options else None,
    "ex_cadre": lambda facts, asking: "true" if asking.seldom(0.1) else [],
    "points": lambda facts, asking: asking.options,
    "papers": _papers,
    "removals": _removals,
    "readers": _readers,
    "items": _items,
    "doubts": _doubts,
    "more": lambda facts, asking: [],
    "refusals": lambda facts, asking: [],
    "copies": _copies,
    "facts": _proved,
    "investigators": _investigators,
    "differences": _differences,
    "decisions": lambda facts, asking: [],
    "defects": lambda facts, asking: [{"material": "履历表", "defect": "页码有误"}],
    "letter_no": _letter,
    "changed_on": lambda facts, asking: asking.today.isoformat(),
    "letter_date": lambda facts, asking: None if asking.drawn else asking.today.isoformat(),
    "letter_persons": lambda facts, asking: "1",
    "letter_until": lambda facts, asking: "",
    "applicant": _applicant,
    "keeper": _keeper,
    "receiver": lambda facts, asking: "YXGB" if facts.keeper else "YX",
    "channel": _channel,
    "scan_notice": _notice,
    "received_on": lambda facts, asking: asking.today.isoformat(),
    "carriers": lambda facts, asking: "钱一、孙二",
    "carrier": lambda facts, asking: "钱一",
    "second_carrier": lambda facts, asking: "孙二",
    "carrier_card": lambda facts, asking: "A1",
    "second_carrier_card": lambda facts, asking: "A2",
    "track_no": lambda facts, asking: f"JY{asking.house.number():011d}",
    "right_no": lambda facts, asking: f"JY{asking.house.number():011d}",
    "return_tracking_no": lambda facts, asking: f"RT{asking.house.number():011d}",
    "grant_minutes": lambda facts, asking: "60",
    "grant_days": lambda facts, asking: "5",
    "minutes_read": lambda facts, asking: "40",
    "counted_out": lambda facts, asking: str(facts.packed),
    "counted_in": lambda facts, asking: str(_sent(facts) - _lost(facts)),
    "missing": lambda facts, asking: asking.options[: _lost(facts)],
    "changes": _changes,
    "rebuilt": lambda facts, asking: [{"name": "干部履历表", "source": "本人重新填写"}],
    "new_id_no": lambda facts, asking: "",
    "searcher": lambda facts, asking: asking.other("store", "registry"),
    "group": _group,
    "group_head": lambda facts, asking: _head(asking),
    "checker_first": lambda facts, asking: _checkers(asking)[0],
    "checker_second": lambda facts, asking: _checkers(asking)[1],
    "meets_on": lambda facts, asking: (asking.today + timedelta(days=1)).isoformat(),
    "sorter": lambda facts, asking: asking.chance.choice(asking.house.of_group("registry")),
    "due_date": lambda facts, asking: (asking.today + timedelta(days=7)).isoformat(),
    "from_queue": _from_queue,
    "leader": lambda facts, asking: asking.other("director"),
    "counted": lambda facts, asking: str(_accepted(facts)) if facts.form == "loose-folder" else None,
    "carriers_given": lambda facts, asking: "1",
    "carriers_back": lambda facts, asking: "0" if asking.seldom(0.1) else "1",
    "mode": lambda facts, asking: asking.chance.choice(("digital", "room", "lend", "copy")),
    "region": lambda facts, asking: "work",
    "judgement": lambda facts, asking: None if facts.kept_no or facts.dossier_no else "wrong_id",
    "hold_result": lambda facts, asking: "cancel" if asking.chance.random() < 0.2 else "look_again",
    "close_result": lambda facts, asking: "expire" if asking.chance.random() < 0.5 else None,
    "letter_way": lambda facts, asking: "post",
    "asker": lambda facts, asking: asking.chance.choice(("self", "self", "unit")),
    "unit": lambda facts, asking: asking.chance.choice(("云溪市教育局", "云溪市人事局", "云溪市财政局")),
    "phone": lambda facts, asking: "0571-88880000",
    "purpose": lambda facts, asking: "cadre_work" if "cadre_work" in asking.options else None,
    "accept_result": lambda facts, asking: None,
    "scope_minimal": lambda facts, asking: "true",
    "sheet_pages": lambda facts, asking: "2",
}


def _accepted(facts: Facts) -> int:
    listed = facts.variables.get("accepted") or facts.variables.get("listed") or []
    return len(listed) if isinstance(listed, list) else int(listed)


def of(facts: Facts, key: str, asking: Asking) -> Any:
    """What is known of the field; None where nothing is."""
    known = KNOWN.get(key)
    return known(facts, asking) if known else None

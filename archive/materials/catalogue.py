"""A dossier's catalogue (干部人事档案目录, GB12): its materials in their classes, read, saved whole, counted.

It is saved as one: every row or none. The place of a row in what is saved is its place in its class; numbers count
1, 2, 3 … by themselves. A row may be changed, moved, or struck as written in error with a reason; it never vanishes.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from archive import corrections, dossiers
from archive.dossier_tables import Dossier
from archive.materials import categories, fixed, states, striking, titles
from archive.materials import rows as typed
from archive.materials.models import Material, MaterialState
from archive.materials.pasted import pasted
from archive.materials.rows import Entry, Finding, Row, check, entry
from archive.materials.states import Act, Step
from archive.statuses import ENDED
from workflow import history, office
from workflow.errors import Conflict, Invalid, Sentence, sentence
from workflow.models import Case

__all__ = ["Finding", "Row", "check", "pasted"]  # what a catalogue says, without a database

LISTED = (MaterialState.KEPT, MaterialState.LOOSE)
OUT_OF_THE_WAY = 10_000  # more than a class ever holds: numbers pass through there while they change


@dataclass(frozen=True)
class Differing:
    """A material that is not as the saver saw it: changed meanwhile, added meanwhile, or gone. `row`: theirs, from 1;
    None for one they do not know."""

    material: Material
    row: int | None
    said: Sentence


class CatalogueChanged(Conflict):
    """Somebody saved the same rows meanwhile; nothing is saved. `differing` says which."""

    def __init__(self, differing: Sequence[Differing]) -> None:
        super().__init__("Somebody has changed this catalogue meanwhile: {rows} rows differ.", rows=len(differing))
        self.differing = list(differing)


@dataclass(frozen=True)
class Count:
    """What a class holds. `gaps`: numbers left out, and years without an annual assessment."""

    materials: int
    pages: int
    gaps: tuple[str, ...]


def rows(session: Session, dossier: Dossier) -> list[Material]:
    """The materials in the dossier in the order of the catalogue; behind them those not yet classed."""
    found = session.scalars(select(Material).where(Material.dossier_id == dossier.id, Material.state.in_(LISTED))).all()
    return sorted(found, key=_place)


def of(session: Session, dossier: Dossier, *wanted: MaterialState) -> list[Material]:
    """The dossier's materials in these states, oldest first."""
    asked = select(Material).where(Material.dossier_id == dossier.id, Material.state.in_(wanted))
    return list(session.scalars(asked.order_by(Material.id)))


def row_of(material: Material) -> Row:
    """The row as an editor shows it."""
    return Row(
        name=material.name,
        code=material.code or "",
        formed=material.formed,
        pages=str(material.pages) if material.pages else "",
        note=material.note,
        copy=material.copy,
        seq=str(material.seq or ""),
        id=material.id,
        revision=material.revision,
    )


def save(
    session: Session,
    dossier: Dossier,
    said: Sequence[Row],
    by: str,
    case: Case | None = None,
    why: str = "",
    second: str | None = None,
) -> list[Material]:
    """Let the catalogue be these rows, all of them or nothing; returns its materials as `rows` does.

    Classed rows are kept, others stay loose. Old values are kept (archive.corrections). `second`: the login of who
    agrees that accepted rows are struck. Raises Invalid naming row and field (`rows.3.name`) or `second`,
    CatalogueChanged when a row is not as the saver saw it, Conflict when another case holds the dossier or it is here
    no more.
    """
    states.hold(session, dossier)
    if dossier.status in ENDED:
        raise Conflict("Dossier {number} is no longer kept here.", number=dossier.dossier_no)
    kept = [row for row in said if not row.is_blank]
    _refuse_grave(session, kept)
    known = {material.id: material for material in rows(session, dossier)}
    _refuse_differing(session, dossier, kept, known)
    _refuse_fixed(session, kept, known)
    act = Act(by, case, why or "catalogue")
    struck = {number: known[row.id] for number, row in enumerate(kept) if row.struck and row.id is not None}
    agreed_by = striking.agreed(session, dossier, struck, act, second)
    before = _order(known.values())
    titles.write(session, (row.name.strip() for row in kept))
    _strike(session, kept, known, Act(by, case), agreed_by)
    ordered = _written(session, dossier, [row for row in kept if not row.struck], known, act)
    _number(session, ordered, act)
    _keep_order(session, dossier, before, act)
    return _counted(session, dossier, act)


def completeness(session: Session, dossier: Dossier) -> Mapping[str, Count]:
    """What each of the 16 classes holds, in their order; also the empty ones."""
    asked = (Material.code, Material.seq, Material.name, Material.formed, Material.pages)
    kept = select(*asked).where(Material.dossier_id == dossier.id, Material.state == MaterialState.KEPT)
    held: dict[str, list[tuple[int, Entry]]] = defaultdict(list)
    for code, seq, name, formed, pages in session.execute(kept):
        held[code].append((seq, Entry(code, name, formed, pages, "", False)))
    return {
        code: Count(len(held[code]), sum(each.pages for _, each in held[code]), tuple(typed.gaps(held[code])))
        for code in categories.LEAVES
    }


def _refuse_grave(session: Session, kept: Sequence[Row]) -> None:
    problems: dict[str, list[Sentence]] = defaultdict(list)
    if len(kept) > typed.MOST_ROWS:
        raise Invalid(message="A catalogue has at most {most} rows.", most=typed.MOST_ROWS)
    for found in check(kept, office.of(session).today()):
        if found.grave:
            problems[f"rows.{found.row - 1}.{found.field}"].append(found.said)
    if problems:
        raise Invalid(problems)


def _refuse_differing(session: Session, dossier: Dossier, kept: Sequence[Row], known: Mapping[int, Material]) -> None:
    differing = []
    named = {row.id: number for number, row in enumerate(kept, 1) if row.id is not None}
    for number, row in enumerate(kept, 1):
        if row.id is not None and row.id not in known:
            differing.append(_gone(session, dossier, number, row.id))
        elif row.id is not None and row.revision != known[row.id].revision:
            said = sentence("“{name}” was changed meanwhile.", name=known[row.id].name)
            differing.append(Differing(known[row.id], number, said))
    for material in known.values():
        if material.id not in named:
            said = sentence("“{name}” stands in the catalogue and is missing here.", name=material.name)
            differing.append(Differing(material, None, said))
    if differing:
        raise CatalogueChanged(differing)


def _refuse_fixed(session: Session, kept: Sequence[Row], known: Mapping[int, Material]) -> None:
    """Of a material whose images are accepted, images and pages stay equal (Annex C 4)."""
    counted = [(number, row) for number, row in enumerate(kept) if row.id is not None and not row.struck]
    other = [(number, row.id) for number, row in counted if entry(row).pages != known[row.id or 0].pages]
    settled = fixed.among(session, [each for _, each in other if each is not None])
    said = sentence("The images of these pages are accepted: their number does not change any more.")
    if problems := {f"rows.{number}.pages": [said] for number, each in other if each in settled}:
        raise Invalid(problems)


def _gone(session: Session, dossier: Dossier, number: int, material_id: int) -> Differing:
    material = session.get(Material, material_id)
    if material is None or material.dossier_id != dossier.id:
        raise Invalid({f"rows.{number - 1}.name": [sentence("This row is of no material of this dossier.")]})
    return Differing(material, number, sentence("“{name}” was taken out meanwhile.", name=material.name))


def _strike(
    session: Session, kept: Sequence[Row], known: Mapping[int, Material], act: Act, agreed_by: Mapping[int, str | None]
) -> None:
    for row in kept:
        if row.struck and row.id is not None:
            told = Act(act.by, act.case, row.struck, agreed_by.get(row.id))
            states.move(session, known[row.id], MaterialState.STRUCK, told)


def _written(
    session: Session, dossier: Dossier, kept: Sequence[Row], known: Mapping[int, Material], act: Act
) -> list[tuple[Material, str]]:
    """The rows as materials with the class each is to have, in the order said; changed ones are corrected, new ones
    taken in."""
    entries = [entry(row) for row in kept]
    fresh = iter(states.take_in(session, dossier, [e for e, r in zip(entries, kept, strict=True) if r.id is None], act))
    ordered = []
    for row, read in zip(kept, entries, strict=True):
        material = next(fresh) if row.id is None else known[row.id]
        if row.id is not None:
            _correct(session, dossier, material, read, act)
        ordered.append((material, read.code))
    session.flush()  # numbering goes by what stands there
    return ordered


def _correct(session: Session, dossier: Dossier, material: Material, read: Entry, act: Act) -> None:
    said = {**{field: getattr(read, field) for field in typed.FIELDS}, "code": read.code or None}
    changed = {field: new for field, new in said.items() if getattr(material, field) != new}
    for field, new in changed.items():
        old = getattr(material, field)
        corrections.keep(session, dossier, f"materials.{material.id}.{field}", old, act.by, act.case, act.why)
        if field != "code":  # given with its number
            setattr(material, field, new)
    material.revision += bool(changed)


def _number(session: Session, ordered: Sequence[tuple[Material, str]], act: Act) -> None:
    """Give every row its class and its number there, in the order said; rows without a class lie loose."""
    counted: Counter[str] = Counter()
    steps = []
    for material, code in ordered:
        counted[code] += 1
        to = MaterialState.KEPT if code else MaterialState.LOOSE
        step = Step(material, to, code or None, counted[code] if code else None)
        if (material.state, material.code, material.seq) != (step.to, step.code, step.seq):
            steps.append(step)
    stay = [step for step in steps if step.material.state is step.to]
    _out_of_the_way(session, [step.material.id for step in stay])
    for to in (MaterialState.LOOSE, MaterialState.KEPT):  # who leaves a class first, then who comes
        states.move_all(session, [step for step in steps if step not in stay and step.to is to], act)
        if to is MaterialState.LOOSE:
            states.place(session, stay)


def _out_of_the_way(session: Session, ids: Sequence[int]) -> None:
    """Their numbers, which others may be about to get."""
    session.execute(
        update(Material)
        .where(Material.id.in_(ids), Material.seq.is_not(None))
        .values(seq=Material.seq + OUT_OF_THE_WAY)
        .execution_options(synchronize_session=False)
    )


def _order(materials: Iterable[Material]) -> dict[str, list[int]]:
    """The ids of each class in their order."""
    order: dict[str, list[int]] = defaultdict(list)
    for material in sorted(materials, key=_place):
        if material.code and material.seq:
            order[material.code].append(material.id)
    return order


def _keep_order(session: Session, dossier: Dossier, before: Mapping[str, list[int]], act: Act) -> None:
    """Keep how a class was ordered where what was there before now follows each other otherwise."""
    now = _order(rows(session, dossier))
    for code, ids in before.items():
        still = [each for each in now.get(code, []) if each in ids]
        if still != [each for each in ids if each in still]:
            old = " ".join(str(each) for each in ids)
            corrections.keep(session, dossier, f"materials.order.{code}", old, act.by, act.case, act.why)


def _counted(session: Session, dossier: Dossier, act: Act) -> list[Material]:
    """Let the dossier say how many materials and pages it holds; it refuses when another case holds it."""
    saved = rows(session, dossier)
    counts = {"material_count": len(saved), "page_count": sum(material.pages for material in saved)}
    dossiers.update_facts(session, dossier, counts, act.by, act.case, act.why)
    if act.case is not None:
        history.record(session, act.case, act.by, "catalogue_saved", dossier_no=dossier.dossier_no, **counts)
    return saved


def _place(material: Material) -> tuple[int, int, int]:
    if material.code is None or material.seq is None:
        return len(categories.LEAVES), 0, material.id
    return categories.position(material.code), material.seq, material.id

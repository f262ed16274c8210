"""A material's way: it comes into a dossier, is kept, taken out, frozen. Each move names who, when, why; none is lost.

Whoever changes the papers of a dossier holds its row until the transaction ends (`hold`), so that two changes follow
each other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from archive.dossier_tables import Dossier
from archive.materials import titles
from archive.materials.models import MATERIAL_MOVES, MATERIAL_STATE_LABELS, Material, MaterialMove, MaterialState
from archive.materials.rows import Entry
from workflow import office
from workflow.clock import now
from workflow.errors import Conflict, sentence
from workflow.models import Case


@dataclass(frozen=True)
class Act:
    """Who moves materials, for which case, why; who agreed, where it takes two."""

    by: str
    case: Case | None = None
    why: str = ""
    agreed_by: str | None = None


@dataclass(frozen=True)
class Step:
    """A material and the state it comes to; `code` and `seq` say its place when it is kept."""

    material: Material
    to: MaterialState
    code: str | None = None
    seq: int | None = None


def hold(session: Session, dossier: Dossier) -> None:
    """Keep others from changing the papers of this dossier until the transaction ends."""
    session.execute(select(Dossier.id).where(Dossier.id == dossier.id).with_for_update())


def take_in(
    session: Session, dossier: Dossier, entries: Iterable[Entry], act: Act, on: date | None = None
) -> list[Material]:
    """Papers come into the dossier, not yet classed. `on`: the day they came (today when not said)."""
    day, moment = on or office.of(session).today(), now()
    fresh = [
        Material(
            **{**asdict(read), "code": read.code or None},
            dossier_id=dossier.id,
            state=MaterialState.LOOSE,
            received_at=day,
            created_at=moment,
            created_by=act.by,
            case_id=act.case.id if act.case else None,
        )
        for read in entries
    ]
    session.add_all(fresh)
    session.flush()  # their moves name them
    session.add_all(_move(material, 1, None, act) for material in fresh)
    session.flush()  # the next moves count on from these
    titles.write(session, (material.name for material in fresh))
    return fresh


def move(session: Session, material: Material, to: MaterialState, act: Act) -> None:
    """Take a material out, freeze it, strike it, or lay it back among the loose ones. Raises as `move_all`."""
    move_all(session, [Step(material, MaterialState(to), material.code)], act)


def move_all(session: Session, steps: Sequence[Step], act: Act) -> None:
    """Bring materials into new states at once. Raises Conflict, and moves none, when one move is not allowed."""
    session.flush()  # what was changed of them before goes first
    for step in steps:
        _refuse(step)
    last = _last(session, [step.material.id for step in steps])
    before = {step.material.id: step.material.state for step in steps}
    place(session, steps)
    for step in steps:
        session.add(_move(step.material, last.get(step.material.id, 0) + 1, before[step.material.id], act))
    session.flush()  # the next moves count on from these


def place(session: Session, steps: Sequence[Step]) -> None:
    """Write the materials' places, in one statement, and read them again."""
    if not steps:
        return
    places = [{"id": each.material.id, "state": each.to, "seq": each.seq, "code": each.code} for each in steps]
    session.execute(update(Material), places)
    again = select(Material).where(Material.id.in_([each["id"] for each in places]))
    session.scalars(again.execution_options(populate_existing=True)).all()


def moves(session: Session, material: Material) -> Sequence[MaterialMove]:
    """Every state the material had, oldest first."""
    asked = select(MaterialMove).where(MaterialMove.material_id == material.id)
    return session.scalars(asked.order_by(MaterialMove.seq)).all()


def _refuse(step: Step) -> None:
    before = step.material.state
    if step.to not in MATERIAL_MOVES[before]:
        raise Conflict(
            "“{name}” is “{before}” and cannot become “{after}”.",
            name=step.material.name,
            before=sentence(MATERIAL_STATE_LABELS[before]),
            after=sentence(MATERIAL_STATE_LABELS[step.to]),
        )


def _last(session: Session, ids: Sequence[int]) -> dict[int, int]:
    counted = select(MaterialMove.material_id, func.max(MaterialMove.seq)).where(MaterialMove.material_id.in_(ids))
    asked = session.execute(counted.group_by(MaterialMove.material_id))
    return {found[0]: found[1] for found in asked}


def _move(material: Material, seq: int, before: MaterialState | None, act: Act) -> MaterialMove:
    return MaterialMove(
        material_id=material.id,
        seq=seq,
        from_state=before,
        to_state=material.state,
        at=now(),
        by=act.by,
        case_id=act.case.id if act.case else None,
        why=act.why,
        agreed_by=act.agreed_by,
    )

"""A plan tried on what runs: how many would go where, who would stay and why. Nothing is changed."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from workflow.errors import Sentence
from workflow.models import ProcessInstance
from workflow.upgrades.performing import dry_run
from workflow.upgrades.plans import Plan, waiting

TRIED = 1_000  # instances, oldest first
EXAMPLES = 5


@dataclass(frozen=True)
class Stay:
    """Why some would stay; how many, and the cases of a few of them."""

    reason: Sentence
    number: int
    case_ids: tuple[int, ...]


@dataclass(frozen=True)
class Trial:
    """`ways`: (element before, element after) → tokens. `begin`, `cease`: element of the new (old) version → how many
    begin (cease) to wait there."""

    tried: int
    would_move: int
    stays: tuple[Stay, ...]
    ways: Mapping[tuple[str, str], int]
    begin: Mapping[str, int]
    cease: Mapping[str, int]


def try_all(session: Session, plan: Plan) -> Trial:
    """Try the plan on the instances it is for, up to TRIED of them."""
    ways, begin, cease = Counter[tuple[str, str]](), Counter[str](), Counter[str]()
    stays: dict[str, list[tuple[Sentence, int]]] = {}
    tried = 0
    for instance in session.scalars(waiting(plan.old).order_by(ProcessInstance.id).limit(TRIED)):
        tried += 1
        result = dry_run(session, plan, instance)
        if result.refused is not None:
            stays.setdefault(str(result.refused), []).append((result.refused, instance.case_id))
            continue
        ways.update((place, result.after[token]) for token, place in result.before.items() if token in result.after)
        begin.update(result.begin)
        cease.update(result.cease)
    return Trial(
        tried=tried,
        would_move=tried - sum(map(len, stays.values())),
        stays=tuple(
            Stay(found[0][0], len(found), tuple(dict.fromkeys(case for _said, case in found))[:EXAMPLES])
            for found in sorted(stays.values(), key=len, reverse=True)
        ),
        ways=ways,
        begin=begin,
        cease=cease,
    )

"""kill -9 at every line of our code and every statement of every command: nothing is lost, nothing is there twice.

Each place is tried on a case of its own: a child does the command and dies there; then the command is asked for again as
people and machines do, with the same key. What is kept of the case must be what an undisturbed command leaves, and fsck
finds nothing. `make test` tries some places, always the same (JUANLIU_SEED: others); `make chaos` all of them (JUANLIU_CHAOS=all, or
the names of commands).
"""

import os
import random
from datetime import UTC
from typing import Any

from sqlalchemy import select

from tests.chaos.command import Command, Trial
from tests.chaos.commands import COMMANDS
from tests.chaos.killing import Zygote
from tests.chaos.stories import story
from tests.conftest import NINE
from workflow import clock as clocks
from workflow import fsck
from workflow.models import Case, DefinitionResource, ProcessDefinition
from workflow.office import Office

WANTED = os.environ.get("JUANLIU_CHAOS", "")
SHARE = int(os.environ.get("JUANLIU_SHARE", "3"))  # places tried of each command on each database in `make test`
SEED = int(os.environ.get("JUANLIU_SEED", "1"))
PORTION = 200  # trials prepared at a time; fsck looks after each portion
AT = NINE.astimezone(UTC)


def test_killed_anywhere_every_command_is_done_once(office):
    with clocks.held(AT):
        prepared = {name: command.prepare(office, 2) for name, command in _commands().items()}
    office.database.engine.dispose()  # a child inherits no connection
    acts = {name: command.act for name, command in _commands().items()}
    zygote = Zygote(office.settings, acts, {name: trials[0] for name, trials in prepared.items()}, AT)
    wrong: list[str] = []
    try:
        for name, command in _commands().items():
            wrong += _swept(office, zygote, name, command, prepared[name][1])
    finally:
        zygote.close()
    assert not wrong, "\n".join([f"{len(wrong)} wrong, seed {SEED}", *wrong[:20]])


def _commands() -> dict[str, Command]:
    named = [name for name in WANTED.split(",") if name in COMMANDS]
    return {name: COMMANDS[name] for name in named or COMMANDS}


def _swept(office: Office, zygote: Zygote, name: str, command: Command, first: Trial) -> list[str]:
    """What went wrong, a line for each place."""
    whole = zygote.run(name, first, AT)
    if whole.said != "done":
        return [f"{name}, undisturbed: {whole}"]
    wanted, wrong = _story(office, first), []
    tried = _places(whole.places, command.costly)
    print(
        f"{office.database.engine.dialect.name}, {name}: {len(tried)} of {whole.places} places, seed {SEED}", flush=True
    )
    for at in range(0, len(tried), PORTION):
        places = tried[at : at + PORTION]
        with clocks.held(AT):
            trials = command.prepare(office, len(places))
            for trial, place in zip(trials, places, strict=True):
                wrong += _tried(office, zygote, name, trial, place, wanted)
        print(f"  {at + len(places)} tried, {len(wrong)} wrong {wrong[:1]}", flush=True)
        wrong += [f"{name}, killed at places up to {places[-1]}: {each}" for each in _amiss(office)]
    return wrong


def _places(count: int, costly: bool) -> list[int]:
    places = range(1, count + 1)
    return list(places) if WANTED else sorted(random.Random(SEED).sample(places, 1 if costly else SHARE))


def _tried(office: Office, zygote: Zygote, name: str, trial: Trial, place: int, wanted: Any) -> list[str]:
    end = zygote.run(name, trial, AT, place)
    if not end.killed:
        return [f"{name}, not killed at place {place}: {end}"]
    COMMANDS[name].again(office, trial)
    found = _story(office, trial)
    return [] if found == wanted else [f"{name}, killed at place {place}: {_differences(found, wanted)}"]


def _amiss(office: Office) -> list[fsck.Problem]:
    with office.database.reading() as session:
        return fsck.run(session)


def _differences(found: Any, wanted: Any) -> list[Any]:
    """What is there and should not be, and the other way round."""
    if not isinstance(wanted, dict):
        return [found, wanted]
    pairs = [(name, found[name], wanted[name]) for name in wanted if found[name] != wanted[name]]
    return [
        (name, [each for each in one if each not in other], [each for each in other if each not in one])
        for name, one, other in pairs
    ]


def _story(office: Office, trial: Trial) -> Any:
    with office.database.reading() as session:
        if "process" in trial:
            of_it = ProcessDefinition.key == trial["process"]
            query = select(ProcessDefinition.version, ProcessDefinition.id).where(of_it)
            pins = [session.query(DefinitionResource).filter_by(definition_id=row.id) for row in session.execute(query)]
            return [pin.count() for pin in pins]
        case_id = session.scalars(select(Case.id).where(Case.business_key == trial["key"])).one_or_none()
        return {} if case_id is None else story(session, case_id)

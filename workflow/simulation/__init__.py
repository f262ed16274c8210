"""Tries a process out: any BPMN file, in an office that is thrown away, through the very same engine and house.

The answers file says what people, machines and time do (docs/simulate.md). Nothing of the installation is touched.
"""

from workflow import clock, examination, registry
from workflow.errors import DefinitionRefused
from workflow.lint import Finding
from workflow.models import ProcessDefinition
from workflow.office import Office
from workflow.simulation import answers, stage, topics
from workflow.simulation.answers import Answers, AnswersRefused
from workflow.simulation.casting import Cast, Script, cast, needs_house, with_called
from workflow.simulation.machine import Machine, StandIn
from workflow.simulation.playing import Play
from workflow.simulation.telling import Ended, Told, tell

__all__ = ["AnswersRefused", "Ended", "Script", "Told", "needs_house", "refused", "simulate", "with_called"]


def simulate(script: Script, said: bytes) -> Told:
    """Play the script with the answers (a JSON file's content); never raises for bad content of either."""
    try:
        given = answers.read(said, script.zone)
    except AnswersRefused as mistake:
        return refused(mistake.findings)
    stand_in = StandIn(given.services)
    begun = (given.now or clock.now()).replace(microsecond=0)
    with (
        clock.held(begun) as hand,
        examination.here(),
        registry.standing_in(stand_in),
        stage.opened(script.zone.key) as office,
    ):
        return _played(office, Machine(office.database, hand, stand_in), topics.supplied(script), given)


def refused(findings: list[Finding]) -> Told:
    """What is told when nothing could begin."""
    return Told(Ended.REFUSED, tuple(findings))


def _played(office: Office, machine: Machine, script: Script, given: Answers) -> Told:
    play = Play(office, machine, given)
    mistakes: list[Finding] = []
    try:
        with office.database.transaction() as session:
            company = cast(session, script)
        play.run(_chosen(company, given.process))
    except DefinitionRefused as mistake:
        mistakes = mistake.findings
    if play.instance_id is None and mistakes:
        return refused(mistakes)
    with office.database.reading() as session:
        remarks = (*company.remarks, *given.remarks)
        return tell(session, play.instance_id, mistakes, play.machine.problem, remarks)


def _chosen(company: Cast, key: str | None) -> ProcessDefinition:
    """The process named, or the first of the diagram."""
    found = company.definitions
    if key is None:
        return next(iter(found.values()))
    if key not in found:
        raise answers.no_such_process(key, list(found))
    return found[key]

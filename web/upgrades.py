"""Running cases move to another version of their process: plan, trial, run, results, and the way back."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from sqlalchemy import select

from web import asked
from web.auth import needs
from web.errors import is_fragment
from web.fragments import page
from web.i18n import _
from web.naming import N_
from web.reader import current_user
from workflow import cases, definitions, engine, upgrades
from workflow.engine import How
from workflow.errors import Invalid, NotFound
from workflow.kept_sentences import spoken
from workflow.models import Case, ProcessDefinition, Upgrade
from workflow.statuses import UpgradeStatus

blueprint = Blueprint("upgrades", __name__)

MOVE = "move."  # before the id of an element of the old version, in the name of a field: where its work goes on
SHOWN = 100  # results on one page
LONGEST_REASON = 2_000
HOW_LABELS = {
    How.GIVEN: N_("decided"),
    How.ID: N_("the same"),
    How.NAME: N_("by its name"),
    How.WORK: N_("by its work"),
    How.PLACE: N_("by its place"),
}
STATUS_LABELS = {
    UpgradeStatus.WAITING: N_("waits its turn"),
    UpgradeStatus.DONE: N_("moved"),
    UpgradeStatus.REFUSED: N_("stayed"),
    UpgradeStatus.UNDOING: N_("going back"),
    UpgradeStatus.UNDONE: N_("back again"),
}
BADGES = {UpgradeStatus.DONE: "ok", UpgradeStatus.REFUSED: "warn", UpgradeStatus.UNDONE: "info"}


@blueprint.get("/definitions/<key>/<int:version>/upgrade")
@needs(upgrades.PERMISSION)
def plan(key: str, version: int) -> str:
    return _plan_page(key, version)


@blueprint.get("/definitions/<key>/<int:version>/upgrade/trial")
@needs(upgrades.PERMISSION)
def trial(key: str, version: int) -> Any:
    """What the plan would do to everything that runs; nothing is changed."""
    if not is_fragment():
        return redirect(url_for(".plan", key=key, version=version, **request.args.to_dict()), 303)
    made = _plan(key, version)
    found = upgrades.try_all(g.session, made)
    seen = _visible(case_id for stay in found.stays for case_id in stay.case_ids)
    return render_template("_upgrade_trial.html", plan=made, trial=found, seen=seen)


@blueprint.post("/definitions/<key>/<int:version>/upgrades")
@needs(upgrades.PERMISSION)
def begin(key: str, version: int) -> Any:
    try:
        run = upgrades.begin(g.session, _plan(key, version), current_user(), asked.text("reason", LONGEST_REASON))
    except Invalid as refused:
        return _plan_page(key, version, refused), 422
    g.session.flush()  # its page is named by its id
    return redirect(url_for(".show", run_id=run.id), 303)


@blueprint.get("/upgrades/<int:run_id>")
@needs(upgrades.PERMISSION)
def show(run_id: int) -> Response:
    """How far the run is, and what became of each case."""
    return _run_page(run_id)


@blueprint.post("/upgrades/<int:run_id>/retries")
@needs(upgrades.PERMISSION)
def retry(run_id: int) -> Any:
    number = upgrades.retry(g.session, upgrades.find(g.session, run_id), current_user())
    flash(_("{n} cases are tried again.", n=number), "ok")
    return redirect(url_for(".show", run_id=run_id), 303)


@blueprint.post("/upgrades/<int:run_id>/undo")
@needs(upgrades.PERMISSION)
def undo(run_id: int) -> Any:
    """Let all cases of the run go back that have not moved since."""
    try:
        upgrades.undo(g.session, upgrades.find(g.session, run_id), current_user(), _reason())
    except Invalid as refused:
        return _run_page(run_id, refused)
    return redirect(url_for(".show", run_id=run_id), 303)


@blueprint.post("/upgrades/<int:run_id>/results/<int:upgrade_id>/undo")
@needs(upgrades.PERMISSION)
def undo_one(run_id: int, upgrade_id: int) -> Any:
    upgrade = g.session.get(Upgrade, upgrade_id)
    if upgrade is None or upgrade.run_id != run_id:
        raise NotFound
    try:
        upgrades.undo(g.session, upgrade, current_user(), _reason())
    except Invalid as refused:
        return _run_page(run_id, refused)
    flash(_("The case is back on version {version}.", version=upgrade.run.old.version), "ok")
    return redirect(url_for(".show", run_id=run_id), 303)


def _plan_page(key: str, version: int, wrong: Invalid | None = None) -> str:
    made = _plan(key, version)
    told = [move for move in made.moves if move.live or move.changed]
    return render_template(
        "upgrade.html",
        plan=made,
        told=told,
        others=[move for move in made.moves if move not in told],
        before={move.element: move.live for move in made.moves if move.live},
        after=_gathered(made),
        versions=definitions.versions(g.session, key),
        wrong=wrong,
        reason=asked.text("reason", LONGEST_REASON),
        how_labels=HOW_LABELS,
        move=MOVE,
        runs=upgrades.of_process(g.session, key, 5),
    )


def _gathered(made: upgrades.Plan) -> dict[str, int]:
    """Element of the new version → the tokens that come together there."""
    numbers: Counter[str] = Counter()
    for move in made.moves:
        if move.target is not None and move.live:
            numbers[move.target] += move.live - sum(each.instances for each in move.problems if each.blocks)
    return {name: number for name, number in numbers.items() if number > 0}


def _plan(key: str, version: int) -> upgrades.Plan:
    """The plan of the URL: from its version to `to` (else the newest), with the decisions made on the page."""
    versions = {each.version: each for each in definitions.versions(g.session, key)}
    wanted = request.values.get("to", type=int) or max(versions)
    if version not in versions or wanted not in versions:
        raise NotFound
    return upgrades.plan(g.session, versions[version], versions[wanted], _decided(versions[version], versions[wanted]))


def _decided(old: ProcessDefinition, new: ProcessDefinition) -> dict[str, str]:
    """What was chosen on the page otherwise than it was found; what one of the versions does not know is left out."""
    chosen = {name.removeprefix(MOVE): target for name, target in request.values.items() if name.startswith(MOVE)}
    before, after = definitions.model(g.session, old), definitions.model(g.session, new)
    found = engine.matches(before, after, {})
    return {
        name: target
        for name, target in chosen.items()
        if name in before.activities
        and target in after.activities
        and (name not in found or found[name].target != target)
    }


def _run_page(run_id: int, wrong: Invalid | None = None) -> Response:
    run = upgrades.find(g.session, run_id)
    wanted = request.args.get("show")
    status = UpgradeStatus(wanted) if wanted in set(UpgradeStatus) else None
    found = upgrades.results(g.session, run, status, asked.whole("after") or 0, SHOWN + 1)
    answer = page(
        "upgrade_run.html",
        "_upgrade_run.html",
        run=run,
        progress=upgrades.progress(g.session, run),
        results=found[:SHOWN],
        following=found[SHOWN - 1][0].id if len(found) > SHOWN else None,
        status=status,
        seen=_visible(case.id for _upgrade, case in found),
        labels=STATUS_LABELS,
        badges=BADGES,
        spoken=spoken,
        wrong=wrong,
    )
    if wrong is not None:
        answer.status_code = 422
    return answer


def _reason() -> str:
    return asked.text("reason", LONGEST_REASON)


def _visible(case_ids: Iterable[int]) -> Mapping[int, Case]:
    """Those of these cases that the reader may see."""
    wanted = list(dict.fromkeys(case_ids))
    query = select(Case).where(Case.id.in_(wanted), cases.visible_to(current_user()))
    return {case.id: case for case in g.session.scalars(query)} if wanted else {}

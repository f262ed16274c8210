"""Process definitions: the newest versions, one process with its diagram and findings, deployment from a file."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, flash, g, make_response, redirect, render_template, request, url_for
from sqlalchemy import func, select

from web import deploying
from web.auth import needs
from web.i18n import _, name_of, say
from web.navigation import Entry
from web.reader import current_user
from workflow import definitions, upgrades
from workflow.errors import DefinitionRefused, Invalid, NotFound, sentence
from workflow.identity import Group
from workflow.lint import Finding
from workflow.models import ProcessDefinition, ProcessInstance
from workflow.statuses import InstanceStatus

blueprint = Blueprint("definitions", __name__, url_prefix="/definitions")
NAVIGATION = (Entry("Definitions", "definitions.show", order=60, permission="definitions.deploy"),)

DEPLOY = "definitions.deploy"
NO_DIAGRAM = sentence("Please choose one BPMN file.")


@dataclass(frozen=True)
class Row:
    """A process as the list shows it."""

    definition: ProcessDefinition
    running: int
    findings: list[Finding]


@blueprint.get("")
@needs(DEPLOY)
def show() -> Any:
    return _list_page()


@blueprint.post("")
@needs(DEPLOY)
def deploy() -> Any:
    """Deploy the uploaded diagram with the forms sent along."""
    try:
        deployed = deploying.deploy(g.session, _uploaded(), current_user().name)
    except DefinitionRefused as refusal:
        return _list_page(findings=refusal.findings), 422
    except Invalid as refusal:
        return _list_page(problems=[each for said in refusal.problems.values() for each in said]), 422
    for each in deployed:
        flash(_("{name} version {version} is deployed.", name=name_of(each), version=each.version), "ok")
        for found in deploying.told(g.session, each):
            flash(f"{found.element}: {say(found.message)}", "warn")
    return redirect(url_for(".show"), 303)


@blueprint.get("/<key>")
@needs(DEPLOY)
def process(key: str) -> Any:
    versions = definitions.versions(g.session, key)
    wanted = request.args.get("version", type=int)
    shown = next((each for each in versions if each.version == wanted), None) if wanted else versions[0]
    if shown is None:
        raise NotFound
    running = _running()
    return render_template(
        "definition.html",
        definition=shown,
        versions=versions,
        running=running,
        findings=deploying.findings(g.session, shown.xml, {}),
        resources=definitions.resources(g.session, shown),
        runs=upgrades.of_process(g.session, key, 5),
        groups=_group_names(),
    )


@blueprint.get("/<key>/<int:version>/diagram")
@needs(DEPLOY)
def diagram(key: str, version: int) -> Response:
    """The stored file itself, as a download; never shown as a page."""
    found = next((each for each in definitions.versions(g.session, key) if each.version == version), None)
    if found is None:
        raise NotFound
    answer = make_response(found.xml)
    answer.headers["Content-Type"] = "application/xml; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="{found.id}-v{version}.bpmn"'
    return answer


def _list_page(findings: list[Finding] | None = None, problems: Any = ()) -> str:
    running = _running()
    rows = [
        Row(each, running.get(each.id, 0), deploying.findings(g.session, each.xml, {}))
        for each in definitions.all_latest(g.session)
    ]
    return render_template("definitions.html", rows=rows, findings=findings, problems=problems)


def _running() -> dict[int, int]:
    """definition id → instances that run on it."""
    query = select(ProcessInstance.definition_id, func.count()).group_by(ProcessInstance.definition_id)
    return dict(g.session.execute(query.where(ProcessInstance.status == InstanceStatus.RUNNING)).all())


def _group_names() -> dict[str, str]:
    """group key → its name in the reader's language."""
    return {each.key: name_of(each) for each in g.session.scalars(select(Group))}


def _uploaded() -> dict[str, bytes]:
    """The files of the form: name → content; raises Invalid unless one of them is a diagram."""
    sent = [each for each in request.files.getlist("diagram") + request.files.getlist("resources") if each.filename]
    files = deploying.require_known({str(each.filename).rsplit("/", 1)[-1]: each.read() for each in sent})
    if sum(name.endswith(deploying.DIAGRAM) for name in files) != 1:
        raise Invalid({"diagram": [NO_DIAGRAM]})
    return files

"""What the form of a signing offers and what its diagram counts must agree (docs/human-tasks.md, Signing together)."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from forms.compiler import compile_form
from forms.element import Element
from forms.form import OUTCOME, Form
from workflow import voting
from workflow.diagram.graph import Node, Process
from workflow.errors import Invalid, Sentence, sentence
from workflow.expressions import Around, EvaluationFailed, Expression
from workflow.lint.findings import Finding, Known, error, rule, warning
from workflow.voting import Side, Terms

_RULE = "signing_votes"
_FIX = "Count it in “signingVotes” (like {example}), or take the button out of the form."


@rule
def signing_votes(process: Process, known: Known) -> Iterator[Finding]:
    """Each button of a signing's form is a vote the diagram counts, and each vote counted has a button."""
    contents = known.forms if isinstance(known.forms, Mapping) else {}
    for node in process.nodes.values():
        if (terms := _terms(node)) is None:
            continue
        if node.activity.form_key is None:
            yield from _without_form(node, terms)
        elif (form := _form(contents.get(node.activity.form_key))) is not None:
            yield from _judged(node, terms, form)


def _terms(node: Node) -> Terms | None:
    """Of a signing that can be read; what cannot is told by the rule `signing`."""
    if voting.PROPERTY not in node.activity.properties:
        return None
    said = {name: text for name, text in node.activity.properties.items() if name.startswith(voting.PROPERTY)}
    try:
        return voting.read(said)
    except voting.TermsRefused:
        return None


def _form(content: bytes | None) -> Form | None:
    try:
        return compile_form(content) if content is not None else None
    except Invalid:
        return None  # the rule `unusable_form` says so


def _without_form(node: Node, terms: Terms) -> Iterator[Finding]:
    if terms.side(None) is None:
        said = "“signingVotes” counts outcomes, but “{step}” asks for no form with buttons: no vote could be given."
        yield error(_RULE, node.id, sentence(said, step=_called(node)), _give_a_form())


def _judged(node: Node, terms: Terms, form: Form) -> Iterator[Finding]:
    file, offered = f"{node.activity.form_key}.form", _offered(form, node.id)
    if offered is None:
        return  # the choices of a field `outcome` come from elsewhere
    if not offered:
        if terms.side(None) is None:
            said = "“signingVotes” counts outcomes, but {file} has no button with one: no vote could be given."
            yield error(_RULE, node.id, sentence(said, file=file), _give_a_form())
        return
    for outcome, sure in offered.items():
        if terms.side(outcome) is None:
            said = sentence(
                "“{outcome}” of {file} is no vote: nobody knows how to count it.", outcome=outcome, file=file
            )
            fix = sentence(_FIX, example=f"{outcome}={Side.ABSTAIN.value}")
            yield (error if sure else warning)(_RULE, node.id, said, fix)
    yield from _missing(node, terms, file, set(offered))


def _missing(node: Node, terms: Terms, file: str, offered: set[str]) -> Iterator[Finding]:
    """Votes no button gives. Without “signingVotes” only that nobody could agree."""
    if not offered & set(terms.said(Side.FOR)):
        said = sentence("No button of {file} is a vote for: “{step}” could never agree.", file=file, step=_called(node))
        yield error(_RULE, node.id, said, sentence("Give the form a button with one of {known}.", known=_known(terms)))
    for outcome in sorted(set(terms.sides) - offered if terms.sides is not voting.SIDES else ()):
        uncast = "“signingVotes” counts “{outcome}”, but no button of {file} gives it."
        said = sentence(uncast, outcome=outcome, file=file)
        fix = sentence("Give a button of the form the outcome “{outcome}”, or take it out.", outcome=outcome)
        yield warning(_RULE, node.id, said, fix)


def _offered(form: Form, activity: str) -> dict[str, bool] | None:
    """Outcome → whether it is there without condition. A button that is always hidden at this step is not offered;
    None where a field `outcome` takes its choices from elsewhere."""
    chosen = form.fields.get(OUTCOME)
    if chosen is not None:
        return {choice.value: True for choice in getattr(chosen, "fixed", [])} or None
    shown = [(each.outcome, _shown(each, activity)) for each in form.buttons if each.outcome]
    offered: dict[str, bool] = {}
    for outcome, sure in shown:
        if sure is not False:
            offered[outcome] = offered.get(outcome, False) or sure is True
    return offered


def _shown(element: Element, activity: str) -> bool | None:
    """Whether it is shown at this step; None when that depends on the case."""
    hidden = [_decided(hide, activity) for hide in element.hides]
    return False if True in hidden else None if None in hidden else True


def _decided(hide: Expression, activity: str) -> bool | None:
    if hide.names - {"activity"} or hide.functions:
        return None
    try:
        return bool(hide.evaluate(Around({"activity": activity}, datetime(2000, 1, 1, tzinfo=UTC))))
    except EvaluationFailed:
        return None


def _called(node: Node) -> str:
    return node.activity.name or node.id


def _known(terms: Terms) -> str:
    return ", ".join(f"“{each}”" for each in terms.said(Side.FOR))


def _give_a_form() -> Sentence:
    return sentence("Give the step a form whose buttons carry these outcomes, or leave “signingVotes” away.")

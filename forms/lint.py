"""What lint says about a form file before it is deployed."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from forms.compiler import compile_form
from forms.element import Field
from forms.form import Form
from workflow import registry
from workflow.diagram.graph import Process
from workflow.errors import Invalid, sentence
from workflow.expressions import BUILT_IN
from workflow.lint.findings import Finding, Known, did_you_mean, error, rule, warning

RULE = "form"


def check_form(content: bytes) -> list[Finding]:
    """Every finding about a form; never raises for bad content. `element` is the field's key, "" for the file."""
    try:
        form = compile_form(content)
    except Invalid as refused:
        problems = refused.problems or {"": [refused.sentence]}
        return [error(RULE, place, said) for place, all_said in problems.items() for said in all_said]
    return [*_unknown_functions(form), *_unlabelled(form)]


def _unknown_functions(form: Form) -> Iterator[Finding]:
    known = registry.functions.keys() | BUILT_IN.keys()
    for element in form.elements():
        called = {name for expression in element.expressions() for name in expression.functions}
        for name in sorted(called - known):
            said = sentence("There is no function {name}().", name=name)
            yield error(RULE, element.place, said, did_you_mean(name, known))


def _unlabelled(form: Form) -> Iterator[Finding]:
    for element in form.elements():
        if isinstance(element, Field) and not element.label("zh"):
            yield warning(RULE, element.place, sentence("This field has no label: nobody knows what to type."))
        elif isinstance(element, Field) and not element.labels["en"]:
            yield warning(RULE, element.place, sentence("This field has no English label (property “label:en”)."))


@rule
def unusable_form(process: Process, known: Known) -> Iterator[Finding]:
    """The forms a diagram names can be used. Said once for each form, at the first element that names it."""
    contents = known.forms if isinstance(known.forms, Mapping) else {}
    named = {node.activity.form_key: node.id for node in reversed(process.nodes.values())}
    for name, element in named.items():
        for found in check_form(contents[name]) if name in contents else ():
            place = f"{name}.form {found.element}".strip()
            yield replace(found, element=element, message=sentence("{place}: {said}", place=place, said=found.message))

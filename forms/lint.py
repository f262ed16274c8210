"""What lint says about a form file before it is deployed."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from forms.compiler import compile_form
from forms.element import Field
from forms.form import Form
from workflow import registry
from workflow.errors import DefinitionRefused, Invalid, Sentence, sentence
from workflow.expressions import BUILT_IN
from workflow.lint.findings import Finding, Level, did_you_mean, error, warning

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


def require(files: Mapping[str, bytes]) -> None:
    """Raises DefinitionRefused for the first *.form among the files (name → content) that cannot be used.

    Its findings name the file and the field themselves, as they are shown beside a diagram."""
    for name in [each for each in files if each.endswith(".form")]:
        errors = [found for found in check_form(files[name]) if found.level is Level.ERROR]
        if errors:
            findings = [replace(found, message=_placed(name, found)) for found in errors]
            raise DefinitionRefused(findings, file=name, reason=errors[0].message)


def _placed(name: str, found: Finding) -> Sentence:
    return sentence("{place}: {said}", place=f"{name} {found.element}".strip(), said=found.message)

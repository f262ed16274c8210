"""Small forms for tests, and the people who fill them in."""

import json

from lxml import html
from werkzeug.datastructures import MultiDict

from forms.compiler import compile_form
from forms.context import FormContext
from workflow.errors import Invalid
from workflow.identity import User

ANNA = User(name="anna", display_name="安娜", active=True)
ID_NO = "11010519491231002X"


def content(*components, **whole):
    return json.dumps({"type": "default", "schemaVersion": 18, "components": components, **whole}).encode()


def form(*components, **whole):
    return compile_form(content(*components, **whole))


def text(key, **more):
    return {"type": "textfield", "key": key, "label": key, **more}


def own(kind, key, required=False, **properties):
    """A field of one of our own kinds, as an editor of form-js would keep it."""
    return text(key, properties={"kind": kind, **properties}, validate={"required": required})


def number(key, **more):
    return {"type": "number", "key": key, "label": key, **more}


def select(key, *values, **more):
    return {
        "type": "select",
        "key": key,
        "label": key,
        "values": [{"value": v, "label": v.upper()} for v in values],
        **more,
    }


def rows(path, *components, **more):
    return {"type": "dynamiclist", "path": path, "label": path, "components": components, **more}


def required(component):
    return {**component, "validate": {**component.get("validate", {}), "required": True}}


def context(session=None, user=ANNA, **more):
    return FormContext(session, user, **more)


def sent(*pairs, **named):
    """What a browser sends; repeat a name for inputs that repeat."""
    return MultiDict([*pairs, *named.items()])


def load(made, *pairs, around=None, files=None, **named):
    return made.load(sent(*pairs, **named), files, around or context())


def problems(made, *pairs, around=None, files=None, **named):
    """The sentences of a refused answer, by field path."""
    try:
        made.load(sent(*pairs, **named), files, around or context())
    except Invalid as refused:
        return {path: [str(said) for said in all_said] for path, all_said in refused.problems.items()}
    return {}


def drawn(made, values=None, problems=None, around=None, focus=True):
    """The form as a tree of HTML."""
    return html.fragment_fromstring(str(made.render(values, problems, around or context(), focus)))


def refusal(*components, **whole):
    """What compiling says, by component."""
    try:
        form(*components, **whole)
    except Invalid as refused:
        return {place: [str(said) for said in all_said] for place, all_said in refused.problems.items()}
    return {}

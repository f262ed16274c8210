"""The form of a user task, as pinned with the version of its process."""

import orjson
from sqlalchemy.orm import Session

from forms.compiler import compile_form
from forms.form import Form
from workflow import definitions
from workflow.models import UserTask

EMPTY = orjson.dumps({"components": []})


def form_for(session: Session, task: UserTask) -> Form:
    """The form the task's diagram names; an empty one (only a button) when it names none."""
    if not task.form_key:
        return compile_form(EMPTY)
    name = task.form_key if task.form_key.endswith(".form") else f"{task.form_key}.form"
    return compile_form(definitions.resource(session, task.definition, name))

"""The form of a user task or a start event, as pinned with the version of its process."""

import orjson
from sqlalchemy.orm import Session

from forms.compiler import compile_form
from forms.form import Form
from workflow import definitions
from workflow.around import asked
from workflow.models import ProcessDefinition, UserTask
from workflow.statuses import TaskKind

EMPTY = orjson.dumps({"components": []})
ANSWER = orjson.dumps(
    {
        "components": [
            {
                "type": "textarea",
                "key": asked.ANSWER,
                "label": "答复",
                "properties": {"label:en": "Answer"},
                "validate": {"required": True, "maxLength": asked.LONGEST},
            }
        ]
    }
)  # of what a colleague is asked
SIGN = orjson.dumps(
    {
        "components": [
            {
                "type": "textarea",
                "key": "opinion",
                "label": "意见",
                "properties": {"label:en": "Opinion"},
                "validate": {"maxLength": 2000},
            },
            {"type": "button", "label": "同意", "properties": {"label:en": "Agree", "outcome": "agree"}},
            {"type": "button", "label": "不同意", "properties": {"label:en": "Do not agree", "outcome": "refuse"}},
        ]
    }
)  # of who was asked to sign beside a step


def form_for(session: Session, task: UserTask) -> Form:
    """The form the task's diagram names; an empty one (only a button) when it names none; that of an answer for what
    a colleague asks, of an agreement for what one is asked to sign."""
    if task.kind is TaskKind.SIGNER:
        return compile_form(SIGN)
    if task.kind is TaskKind.ADHOC:
        return compile_form(ANSWER)
    return form_named(session, task.definition, task.form_key)


def form_named(session: Session, definition: ProcessDefinition, form_key: str | None) -> Form:
    """The form of this key as pinned with the version; an empty one for no key."""
    if not form_key:
        return compile_form(EMPTY)
    name = form_key if form_key.endswith(".form") else f"{form_key}.form"
    return compile_form(definitions.resource(session, definition, name))

"""Who fills in a form, for which task, and what the form may know."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from workflow import sight
from workflow.clock import now
from workflow.errors import Sentence, sentence
from workflow.expressions import Around, EvaluationFailed, Expression
from workflow.identity import User
from workflow.models import UserTask

log = logging.getLogger(__name__)

# Whether this is the person's password. Called with the login and what was typed; it counts the wrong ones.
PasswordCheck = Callable[[str, str], bool]


@dataclass(frozen=True)
class FormContext:
    """Around one form. `variables` are the process's; `translate` says a Sentence in the reader's language."""

    session: Session
    user: User
    variables: Mapping[str, Any] = field(default_factory=dict)
    language: str = "zh"
    translate: Callable[[Sentence], str] = str
    read_only: bool = False
    task: UserTask | None = None
    check_password: PasswordCheck | None = None  # None: nothing can be signed here
    draft_url: str = ""  # where what is typed is saved (PUT) and the form drawn anew; "": nowhere
    choices_url: str = ""  # below it, by name, the suggestions of pickers; "": none
    files_url: str = ""  # below it, by id, files already uploaded; "": not linked

    def say(self, template: str, **facts: Any) -> str:
        return self.translate(sentence(template, **facts))

    def around(self, values: Mapping[str, Any]) -> Around:
        """What an expression of the form sees: the variables, over them `values`, and the house's functions.

        `activity` is the id of the task's activity and `user` the login of who fills in the form.
        """
        facts = {"activity": self.task.activity_id if self.task else None, "user": self.user.name}
        functions = sight.functions(self.session, self.task.instance if self.task else None)
        return Around({**facts, **self.variables, **values}, now(), functions)

    def evaluate(self, expression: Expression, values: Mapping[str, Any]) -> Any:
        """The value of an expression of the form; None while it cannot be told, e.g. as long as a name has no value."""
        try:
            return expression.evaluate(self.around(values))
        except EvaluationFailed as failed:
            log.info("form_expression_failed", extra={"expression": expression.text, "reason": str(failed)})
            return None

    def decides(self, condition: bool | Expression, values: Mapping[str, Any]) -> bool:
        """A flag, or whether its expression is true; what cannot be told is false."""
        return condition if isinstance(condition, bool) else self.evaluate(condition, values) is True

"""People and groups, and the signature of a person who is there."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from forms.choices import Choice
from forms.component import Component
from forms.context import FormContext
from forms.element import UNSENT, Element, Field, kind
from forms.kinds.choosing import Choosing
from forms.sent import Sent, keepable
from workflow import office
from workflow.clock import now
from workflow.errors import Invalid
from workflow.identity import Group, User, members

LONGEST_PASSWORD = 256


class Picking(Choosing):
    """Chooses among people or groups of the office; the choices need not be given."""

    template = "select"

    def __init__(self, component: Component, children: Sequence[Element] = ()) -> None:
        Field.__init__(self, component, children)
        self.listed = None
        self.groups = [part.strip() for part in component.property("group").split(",") if part.strip()]


@kind("user")
class UserPicker(Picking):
    """One active person, by login; of the groups in the property `group` ("registry, review"), if given.
    With the property `other`, not oneself."""

    def __init__(self, component: Component, children: Sequence[Element] = ()) -> None:
        super().__init__(component, children)
        self.other = component.property("other") == "true"

    def options(self, context: FormContext, scope: Mapping[str, Any]) -> list[Choice]:
        return [
            Choice(person.name, person.display_name)
            for person in people(context, self.groups)
            if not (self.other and person.name == context.user.name)
        ]


@kind("group-picker")
class GroupPicker(Picking):
    """One group, by key; one of those in the property `group`, if given."""

    def options(self, context: FormContext, scope: Mapping[str, Any]) -> list[Choice]:
        query = select(Group).order_by(Group.name)
        chosen = query.where(Group.key.in_(self.groups)) if self.groups else query
        return [Choice(group.key, group.name, group.name_en) for group in context.session.scalars(chosen)]


@kind("signature")
class Signature(Picking):
    """A person who is there types their password: {"by": login, "at": moment in UTC}. Never the password.

    Property `of`: self (who fills in the form) or other (somebody else, of the groups in `group` if given).
    """

    template = "signature"

    def __init__(self, component: Component, children: Sequence[Element] = ()) -> None:
        super().__init__(component, children)
        self.of = component.property("of", "self")
        if self.of not in ("self", "other"):
            raise component.wrong("“{name}” must be self or other.", name="of")

    def inputs(self, name: str) -> list[str]:
        return [f"{name}.by"]

    def gather(self, sent: Sent, name: str, context: FormContext, asked: Any) -> Any:
        """(login, password as typed)."""
        if f"{name}.password" not in sent and f"{name}.by" not in sent:
            return UNSENT
        by = context.user.name if self.of == "self" else sent.one(f"{name}.by")
        password = (sent.texts.get(f"{name}.password") or [""])[-1]
        return (by, password) if password or (self.of == "other" and by) else None

    def convert(self, given: tuple[str, str]) -> Any:
        by, password = given
        if not by:
            raise Invalid(message="Please choose who signs.")
        if not password:
            raise Invalid(message="Please type the password of the person who signs.")
        if len(password) > LONGEST_PASSWORD or keepable(password) != password:
            raise Invalid(message="The password is not right.")
        return given

    def options(self, context: FormContext, scope: Mapping[str, Any]) -> list[Choice]:
        if self.of == "self":
            return []
        others = (person for person in people(context, self.groups) if person.name != context.user.name)
        return [Choice(person.name, person.display_name) for person in others]

    def check(self, value: Any, context: FormContext, scope: Mapping[str, Any]) -> Any:
        if self.of == "other" and value[0] not in {choice.value for choice in self.options(context, scope)}:
            raise Invalid(message="This person may not sign here: it must be somebody else who is entitled.")
        return value

    def confirm(self, value: Any, context: FormContext) -> Any:
        by, password = value
        if context.check_password is None:
            raise Invalid(message="Nothing can be signed here. Please open the task itself.")
        if not context.check_password(by, password):
            raise Invalid(message="The password is not right.")
        return {"by": by, "at": now().isoformat()}

    def typed(self, sent: Sent, name: str, value: Any, context: FormContext) -> list[str]:
        return sent.many(f"{name}.by")

    def display(self, value: Any, context: FormContext, scope: Mapping[str, Any]) -> str:
        if not isinstance(value, Mapping) or not isinstance(value.get("at"), str):
            return ""
        signer = context.session.get(User, str(value.get("by")))
        at = office.of(context.session).local(datetime.fromisoformat(value["at"]))
        return f"{signer.display_name if signer else value.get('by')} {at:%Y-%m-%d %H:%M}"


def people(context: FormContext, groups: Sequence[str]) -> list[User]:
    """The active people of these groups, or of the whole office, by display name."""
    if groups:
        return members(context.session, groups)
    return list(context.session.scalars(select(User).where(User.active).order_by(User.display_name)))

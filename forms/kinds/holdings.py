"""Dossiers and the places they stand in."""

from collections.abc import Mapping, Sequence
from typing import Any

from archive import sight, storage
from archive.statuses import ENDED
from forms.component import Component
from forms.context import FormContext
from forms.element import Element, kind
from forms.kinds.texts import Code
from workflow.errors import Invalid, NotFound


@kind("dossier")
class DossierPicker(Code):
    """A dossier kept here, by its number; typed, scanned, or found by name, pinyin or end of the ID number."""

    def __init__(self, component: Component, children: Sequence[Element] = ()) -> None:
        super().__init__(component, children)
        self.suggest = self.suggest or "dossiers"

    def check(self, value: Any, context: FormContext, scope: Mapping[str, Any]) -> Any:
        try:
            found = sight.by_no(context.session, context.user, value)
        except NotFound as missing:
            raise Invalid(message=missing.sentence.template, **missing.sentence.facts) from None
        if found.status in ENDED:
            raise Invalid(message="Dossier {number} is no longer kept here.", number=found.dossier_no)
        return super().check(found.dossier_no, context, scope)


@kind("position")
class PositionPicker(Code):
    """A free position of the storeroom; of one room with the property `room`."""

    suggests_at_once = True

    def __init__(self, component: Component, children: Sequence[Element] = ()) -> None:
        super().__init__(component, children)
        self.room = component.property("room")
        self.suggest = self.suggest or f"positions:{self.room}"

    def convert(self, given: str) -> str:
        return storage.code_of(super().convert(given))

    def check(self, value: Any, context: FormContext, scope: Mapping[str, Any]) -> Any:
        nearest = storage.free_positions(context.session, self.room or None, near=value, limit=1)
        if not nearest:
            raise Invalid(message="There is no free position left.")
        if nearest[0].code != value:
            said = "Position {code} is not free here. The nearest free one is {near}."
            raise Invalid(message=said, code=value, near=nearest[0].code)
        return super().check(value, context, scope)

"""What can be corrected of a person, as choices."""

from collections.abc import Iterator

from archive.person_facts import Way, in_way
from forms.choices import Choice, choices
from forms.context import FormContext


@choices("person-facts")
def person_facts(context: FormContext, argument: str, typed: str) -> Iterator[Choice]:
    """The facts a correction may write; the ID number has a field of its own."""
    for fact in in_way(Way.GRAVE, Way.CORRECTION):
        if fact.key != "id_no":
            yield Choice(fact.key, fact.zh, fact.en)

"""The closed list of purposes a dossier may be read for."""

from collections.abc import Iterator

from archive.reading import purposes
from archive.reading.purposes import PURPOSE_LABELS
from forms.choices import Choice, choices
from forms.context import FormContext


@choices("reading-purposes")
def reading_purposes(context: FormContext, argument: str, typed: str) -> Iterator[Choice]:
    """Those open to the case, or today (parameter reading_purposes)."""
    for purpose in purposes.offered(context.session, context.task.case_id if context.task else None):
        yield Choice(purpose.value, context.say(PURPOSE_LABELS[purpose]))

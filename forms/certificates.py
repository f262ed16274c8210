"""The kinds of certificates an office issues."""

from collections.abc import Iterator

from archive.certificates import kinds
from archive.certificates.kinds import KIND_LABELS
from forms.choices import Choice, choices
from forms.context import FormContext


@choices("certificate-kinds")
def certificate_kinds(context: FormContext, argument: str, typed: str) -> Iterator[Choice]:
    """Those issued today (parameter certificate_kinds)."""
    for kind in kinds.offered(context.session):
        yield Choice(kind.value, context.say(KIND_LABELS[kind]))

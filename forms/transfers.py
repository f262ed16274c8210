"""The keepers a dossier can be sent to, as choices."""

from collections.abc import Iterator

from archive.transfer import batches, keepers
from forms.choices import Choice, choices
from forms.context import FormContext


@choices("transfer-keepers")
def transfer_keepers(context: FormContext, argument: str, typed: str) -> Iterator[Choice]:
    """The keepers with authority over dossiers; with the argument "inside", those of this house."""
    for keeper in keepers.all_active(context.session):
        if keeper.inside or argument != "inside":
            yield Choice(keeper.code, keeper.name)


@choices("transfer-packs")
def transfer_packs(context: FormContext, argument: str, typed: str) -> Iterator[Choice]:
    """The packs of the batch the task is about."""
    for number, said in batches.waiting(context.variables.get("sent_rows") or []):
        yield Choice(number, said)

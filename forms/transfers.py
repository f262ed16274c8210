"""The keepers a dossier can be sent to, as choices."""

from collections.abc import Iterator

from archive.transfer import keepers
from forms.choices import Choice, choices
from forms.context import FormContext


@choices("transfer-keepers")
def transfer_keepers(context: FormContext, argument: str, typed: str) -> Iterator[Choice]:
    """The keepers with authority over dossiers; with the argument "outside", those that are not of this house."""
    for keeper in keepers.all_active(context.session):
        if not (argument == "outside" and keeper.inside):
            yield Choice(keeper.code, keeper.name)

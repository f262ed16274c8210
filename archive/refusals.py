"""How the archive says no to what was typed: one sentence beside one field."""

from typing import Any

from workflow.errors import Invalid, sentence


def wrong(field: str, template: str, **facts: Any) -> Invalid:
    """An Invalid with this sentence beside `field`; to be raised by the caller. `facts` never hold an ID number."""
    return Invalid({field: [sentence(template, **facts)]}, template, **facts)

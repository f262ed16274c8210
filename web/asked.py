"""What a URL asks for, read with suspicion: texts the database takes, numbers that can be ids."""

from flask import Blueprint, request

from workflow.errors import NotFound

blueprint = Blueprint("asked", __name__)

LARGEST = 2**31 - 1  # of an id


def text(name: str, longest: int = 80) -> str:
    """The text of an argument or field, "" if there is none: blanks at its ends and NULs gone, cut to `longest`."""
    return request.values.get(name, "").replace("\x00", "").strip()[:longest]


def whole(name: str) -> int | None:
    """The number of an argument if it can be an id; else None."""
    found = request.args.get(name, type=int)
    return found if found is not None and 0 < found <= LARGEST else None


def wholes(name: str) -> list[int]:
    """Every number sent under the name that can be an id, each once."""
    return [each for each in dict.fromkeys(request.values.getlist(name, type=int)) if 0 < each <= LARGEST]


@blueprint.before_app_request
def _refuse_impossible_ids() -> None:
    """What no row can be called does not exist."""
    if any(isinstance(each, int) and each > LARGEST for each in (request.view_args or {}).values()):
        raise NotFound

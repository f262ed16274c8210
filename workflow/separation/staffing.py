"""Whether the people there are today can do all that is drawn: asked when groups change, as lint asks at deployment."""

from sqlalchemy.orm import Session

from workflow import definitions, staff
from workflow.lint import Finding, Known
from workflow.lint.separation import nobody_left
from workflow.models import ProcessDefinition
from workflow.separation.required import drawn, required


def left_over(session: Session) -> list[tuple[ProcessDefinition, Finding]]:
    """What could not be done any more in the newest versions of the processes under rules of separation."""
    session.flush()  # memberships that are being changed count
    known = Known(**staff.known(session))
    found = []
    for definition in definitions.all_latest(session):
        process = drawn(session, definition).process if required(session, definition) else None
        if process is not None:
            found += [(definition, each) for each in nobody_left(process, known)]
    return found

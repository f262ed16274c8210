"""Files of a case: handed out only to those who may see what they hang on, never run by the browser."""

import io

from flask import Blueprint, Response, current_app, g, send_file
from PIL import Image
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from archive.packs import seen as packs_seen
from archive.packs.models import Pack, PackPhoto
from web.reader import current_user
from workflow import attachments, cases, instances, tasks
from workflow.errors import NotFound, Unavailable
from workflow.identity import User
from workflow.models import Attachment, Case, StoredFile

blueprint = Blueprint("files", __name__)
blueprint.app_context_processor(lambda: {"files_of": files_of, "pictures": PICTURES, "readable": READABLE})

SANDBOX = "sandbox; default-src 'none'; img-src 'self'"
PICTURES = {"image/png": "PNG", "image/jpeg": "JPEG", "image/tiff": "TIFF"}
READABLE = frozenset({"application/pdf"})  # what a browser shows by itself without running anything of it as a page
LONGEST_EDGE = 1600  # pixels of a picture shown on a page
ALL_PACKS = "dossiers.read"


@blueprint.get("/files/<int:file_id>")
def show(file_id: int) -> Response:
    return download(find(g.session, file_id, current_user()))


@blueprint.get("/files/<int:file_id>/picture")
def picture(file_id: int) -> Response:
    """An image made anew for the page: smaller, without what else was in the file. NotFound for another kind."""
    row = find(g.session, file_id, current_user())
    if row.media_type not in PICTURES:
        raise NotFound
    return _picture(row)


@blueprint.get("/files/<int:file_id>/reading")
def reading(file_id: int) -> Response:
    """A PDF to be read in the browser, on a phone too. NotFound for another kind."""
    row = find(g.session, file_id, current_user())
    if row.media_type not in READABLE:
        raise NotFound
    answer = download(row)
    answer.headers["Content-Disposition"] = "inline"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'"
    return answer


def files_of(case: Case) -> list[StoredFile]:
    """What hangs on a case the reader sees, oldest first."""
    return [each.file for each in attachments.of(g.session, case)]


@blueprint.get("/tasks/<int:task_id>/files/<int:file_id>")
def of_task(task_id: int, file_id: int) -> Response:
    """A file that an earlier answer of the task's process holds."""
    task = tasks.find(g.session, task_id, current_user())
    held = instances.variables(g.session, task.instance)
    row = g.session.get(StoredFile, file_id) if _holds(held, file_id) else None
    if row is None:
        raise NotFound
    return download(row)


def find(session: Session, file_id: int, user: User) -> StoredFile:
    """The file, if it is attached to a case or shows a pack the user may see; else NotFound."""
    attached = select(Attachment.file_id).join(Case, Case.id == Attachment.case_id).where(cases.visible_to(user))
    photos = select(PackPhoto.file_id).join(Pack)
    if user.may(ALL_PACKS):
        photos = photos.where(packs_seen.seen_by(session, user))
    else:
        photos = photos.join(Case, Case.id == Pack.case_id).where(cases.visible_to(user))
    seen = or_(StoredFile.id.in_(attached), StoredFile.id.in_(photos))
    row = session.scalar(select(StoredFile).where(StoredFile.id == file_id, seen))
    if row is None:
        raise NotFound
    return row


def download(row: StoredFile) -> Response:
    """The bytes as a download under their own name; a browser neither guesses nor runs them."""
    place = current_app.office.files.path(row.sha256)  # type: ignore[attr-defined]
    if not place.exists():
        raise Unavailable(
            "The file {name} is missing in the store. Tell whoever looks after the system.", name=row.name
        )
    answer = send_file(place, mimetype=row.media_type, as_attachment=True, download_name=row.name, etag=False)
    answer.headers["Content-Security-Policy"] = SANDBOX
    return answer


def _picture(row: StoredFile) -> Response:
    place = current_app.office.files.path(row.sha256)  # type: ignore[attr-defined]
    body = io.BytesIO()
    try:
        with Image.open(place, formats=[PICTURES[row.media_type]]) as image:
            image.thumbnail((LONGEST_EDGE, LONGEST_EDGE))
            image.convert("RGB").save(body, "JPEG", quality=82)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as broken:
        raise NotFound("This picture cannot be shown.") from broken
    body.seek(0)
    answer = send_file(body, mimetype="image/jpeg", etag=False)
    answer.headers["Content-Security-Policy"] = SANDBOX
    return answer


def _holds(value: object, file_id: int) -> bool:
    """Whether an answer {"file": id, …} stands anywhere in these values."""
    if isinstance(value, dict):
        return value.get("file") == file_id or any(_holds(each, file_id) for each in value.values())
    return isinstance(value, list) and any(_holds(each, file_id) for each in value)

"""Issued papers: shown with their cases, downloaded by those who may see the case."""

from flask import Blueprint, Response, g

from archive import documents
from archive.documents import KINDS, Document
from web.files import download
from web.i18n import language
from web.reader import current_user

blueprint = Blueprint("documents", __name__, url_prefix="/documents")


@blueprint.get("/<int:document_id>")
def show(document_id: int) -> Response:
    return download(documents.find(g.session, document_id, current_user()).file)


def title(document: Document) -> str:
    """What the paper is called, in the reader's language."""
    return kind_title(document.kind)


def kind_title(kind: str) -> str:
    """What papers of a kind (a key of KINDS) are called."""
    known = KINDS[kind]
    return known.en if language() == "en" else known.zh


@blueprint.app_context_processor
def _globals() -> dict[str, object]:
    return {"document_title": title}

"""What a sent form says, as far as it tells one request from another."""

import hashlib
from typing import Any

from flask import request
from werkzeug.datastructures import FileStorage

from forms.form import OUTCOME, Form


def sent(form: Form) -> dict[str, Any]:
    """JSON: what was typed and the button, without passwords; files by their hash."""
    uploads = [(name, each) for name, files in sorted(request.files.lists()) for each in files if each.filename]
    files = [[name, each.filename, _hash(each)] for name, each in uploads]
    return {"typed": form.typed(request.form), "outcome": request.form.getlist(OUTCOME), "files": files}


def _hash(upload: FileStorage) -> str:
    upload.stream.seek(0)
    digest = hashlib.file_digest(upload.stream, "sha256").hexdigest()
    upload.stream.seek(0)
    return digest

"""Word papers from templates an office edits itself: what stands in {{ }} is filled in, and nothing else can happen."""

import io
import zipfile
from collections.abc import Mapping
from typing import Any

from docx.opc.exceptions import PackageNotFoundError
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from workflow.errors import Invalid

PARTS_AT_MOST = 1_000
UNPACKED_BYTES_AT_MOST = 20 * 1024 * 1024


def render(template: bytes, facts: Mapping[str, Any]) -> bytes:
    """The .docx made of a .docx template and the facts it names (Jinja tags as docxtpl reads them).

    Runs in a sandbox, escapes what it fills in. Raises Invalid when the template is no Word file, is too large, asks
    for a fact there is not, or tries what it may not.
    """
    _check_size(template)
    out = io.BytesIO()
    try:
        paper = DocxTemplate(io.BytesIO(template))
        sandbox = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=True)
        paper.render(dict(facts), jinja_env=sandbox, autoescape=True)
        paper.save(out)
    except TemplateError as problem:
        raise Invalid(message="The template of this paper cannot be filled in: {reason}", reason=str(problem)) from None
    except (PackageNotFoundError, KeyError, ValueError):
        raise Invalid(message="The template of this paper is not a Word file (.docx).") from None
    return out.getvalue()


def _check_size(template: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(template)) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile:
        raise Invalid(message="The template of this paper is not a Word file (.docx).") from None
    if len(parts) > PARTS_AT_MOST or sum(part.file_size for part in parts) > UNPACKED_BYTES_AT_MOST:
        raise Invalid(message="The template of this paper is too large.")

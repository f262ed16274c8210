"""Files and photos: told apart by their first bytes, never by what the sender says of them."""

import struct
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

from PIL import Image

from forms.component import Component
from forms.context import FormContext
from forms.element import UNSENT, Element, Field, kind
from forms.sent import Sent, Upload, keepable
from workflow import files, office
from workflow.errors import Invalid

IMAGES = ("PNG", "JPEG", "TIFF")
_BROKEN = (  # what Pillow raises for broken files
    OSError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    SyntaxError,
    EOFError,
    RuntimeError,
    AssertionError,
    MemoryError,
    struct.error,
    zlib.error,
)
MOST_PIXELS = 60_000_000
MOST_FRAMES = 500
MOST_FILES = 20
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# first bytes → the types a file that begins so may be, by its extension; the first is the one without
HEADERS: tuple[tuple[bytes, dict[str, str]], ...] = (
    (b"%PDF-", {"pdf": "application/pdf"}),
    (b"PK\x03\x04", {"zip": "application/zip", "docx": DOCX, "xlsx": XLSX}),
    (b"\x89PNG\r\n\x1a\n", {"png": "image/png"}),
    (b"\xff\xd8\xff", {"jpg": "image/jpeg", "jpeg": "image/jpeg"}),
    (b"II*\x00", {"tif": "image/tiff", "tiff": "image/tiff"}),
    (b"MM\x00*", {"tif": "image/tiff", "tiff": "image/tiff"}),
)


@kind("filepicker")
class FilePicker(Field):
    """A file, or with `multiple` several: {"file": id, "name": …, "sha256": …}. Kinds: PDF, Word, Excel, zip, images.

    What is there stays unless another is chosen.
    """

    template = "filepicker"
    only_images = False

    def __init__(self, component: Component, children: Sequence[Element] = ()) -> None:
        super().__init__(component, children)
        self.multiple = component.flag("multiple")
        self.accept = component.text("accept") or ("image/png,image/jpeg,image/tiff" if self.only_images else "")

    def keep(self, sent: Sent, name: str) -> dict[str, list[str]]:
        return {}

    def gather(self, sent: Sent, name: str, context: FormContext, asked: Any) -> Any:
        """The uploads; those already there as they are."""
        return sent.files.get(name) or asked.values.get(self.key) or (None if name in sent else UNSENT)

    def convert(self, given: Any) -> Any:
        if not _fresh(given):
            return given
        if len(given) > (MOST_FILES if self.multiple else 1):
            raise Invalid(message="These are too many files: at most {most}.", most=MOST_FILES if self.multiple else 1)
        return given

    def check(self, value: Any, context: FormContext, scope: Mapping[str, Any]) -> Any:
        if _fresh(value):
            limit = office.of(context.session).settings.upload_limit
            for upload in value:
                _check_size(upload, limit)
                self._media_type(upload)
        return value

    def settle(self, value: Any, context: FormContext) -> Any:
        if not _fresh(value):
            return value
        kept = [self._stored(upload, context) for upload in value]
        return kept if self.multiple else kept[0]

    def _stored(self, upload: Upload, context: FormContext) -> dict[str, Any]:
        store, name = office.of(context.session).files, _name(upload)
        upload.stream.seek(0)
        row = files.store(context.session, store, upload.stream, name, self._media_type(upload), context.user.name)
        return {"file": row.id, "name": row.name, "sha256": row.sha256}

    def _media_type(self, upload: Upload) -> str:
        """What the file is by its content; raises Invalid for what is not taken here."""
        media_type = sniffed(upload.stream, _name(upload))
        if media_type is None or (self.only_images and not media_type.startswith("image/")):
            allowed = "PNG, JPEG, TIFF" if self.only_images else "PDF, Word, Excel, zip, PNG, JPEG, TIFF"
            said = "“{name}” cannot be taken: it must be one of {kinds}."
            raise Invalid(message=said, name=_name(upload), kinds=allowed)
        if media_type.startswith("image/"):
            _check_image(upload)
        upload.stream.seek(0)
        return media_type

    def attributes(self) -> dict[str, Any]:
        told = {"type": "file", "accept": self.accept or None, "multiple": "" if self.multiple else None}
        return {name: value for name, value in told.items() if value is not None}

    def show(self, value: Any, context: FormContext) -> list[str]:
        return [str(each.get("name", "")) for each in _kept(value)]

    def links(self, value: Any, context: FormContext) -> list[tuple[str, str]]:
        """Address and name of every file that is there; an empty address where files are not linked."""
        base = context.files_url.rstrip("/")
        return [(f"{base}/{each.get('file')}" if base else "", str(each.get("name", ""))) for each in _kept(value)]


@kind("photo")
class Photo(FilePicker):
    """An image: PNG, JPEG or TIFF of at most 60 million pixels. A telephone offers its camera."""

    only_images = True

    def attributes(self) -> dict[str, Any]:
        return super().attributes() | {"capture": "environment"}


def sniffed(stream: BinaryIO, name: str) -> str | None:
    """The media type of a file by its first bytes (and, within a family, its extension); None if it is none of ours."""
    stream.seek(0)
    head = stream.read(16)
    stream.seek(0)
    extension = name.rpartition(".")[2].lower()
    for start, types in HEADERS:
        if head.startswith(start):
            return types.get(extension) or next(iter(types.values()))
    return None


def _check_size(upload: Upload, limit: int) -> None:
    size = upload.stream.seek(0, 2)
    upload.stream.seek(0)
    if size == 0:
        raise Invalid(message="“{name}” is empty.", name=_name(upload))
    if size > limit:
        raise Invalid(message="“{name}” is too large: at most {most} MB.", name=_name(upload), most=limit >> 20)


def _check_image(upload: Upload) -> None:
    """Raises Invalid unless it opens as an image of one of our formats, its parts whole, of a size we can work with."""
    upload.stream.seek(0)
    try:
        with Image.open(upload.stream, formats=IMAGES) as image:
            small = image.width * image.height <= MOST_PIXELS and getattr(image, "n_frames", 1) <= MOST_FRAMES
            image.verify()
        if small and image.format == "JPEG":
            _check_end(upload.stream)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        small = False
    except _BROKEN:
        raise Invalid(message="“{name}” is broken: it cannot be opened as an image.", name=_name(upload)) from None
    if not small:
        raise Invalid(message="“{name}” has too many pixels or pages.", name=_name(upload))


def _check_end(stream: BinaryIO) -> None:
    """Raises OSError for a JPEG that breaks off: `verify` looks at its beginning only. Decoded at an eighth: quick."""
    stream.seek(0)
    with Image.open(stream, formats=["JPEG"]) as image:
        image.draft("RGB", (1, 1))
        image.load()


def _name(upload: Upload) -> str:
    return own_name(upload.filename)


def own_name(filename: str | None) -> str:
    """A sent file's own name, without folders and signs that are no text; at most 200 characters."""
    name = keepable(filename or "", 10_000).replace("\\", "/").rpartition("/")[2]
    return "".join(sign for sign in name if sign.isprintable())[-200:] or "file"


def _fresh(value: Any) -> bool:
    """Whether these are uploads, not what was stored before."""
    return isinstance(value, list) and bool(value) and hasattr(value[0], "stream")


def _kept(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, Mapping)]

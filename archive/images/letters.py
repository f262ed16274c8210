"""The child in which writing on a page image is read (optional extra, requirements-ocr.txt). `texts` asks it.

The engine and its models are one package and need no network. Detection looks at the page made smaller, which bounds
the memory; the lines found are read in the page as large as the engine takes it.
"""

import importlib
import io
from typing import Any

import numpy as np
import orjson
from PIL import Image, ImageDraw

from archive.images import pictures

LOOKED_FOR = 960  # points of the longer side at which lines are looked for: 400 MB for the child in all
READ_AT = 2000  # points of the longer side at which lines are read
SETTINGS = {
    "Global.log_level": "critical",
    "Global.max_side_len": READ_AT,
    "Det.limit_type": "max",
    "Det.limit_side_len": LOOKED_FOR,
    "Cls.cls_batch_num": 1,
    "Rec.rec_batch_num": 1,
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    "EngineConfig.onnxruntime.enable_cpu_mem_arena": False,
}
_engine: Any = None


def prepare() -> None:
    """Get the engine ready and let it read once, before the child is bound."""
    global _engine
    _engine = importlib.import_module("rapidocr").RapidOCR(params=SETTINGS)
    page = Image.new("RGB", (LOOKED_FOR * 7 // 10, LOOKED_FOR), "white")
    ImageDraw.Draw(page).text((100, 100), "1998", fill="black", font_size=60)
    _lines(page)
    for shape in pictures.FORMATS:  # every decoder is loaded
        written = io.BytesIO()
        page.save(written, shape)
        Image.open(written).convert("RGB")


def lines(path: str) -> bytes:
    """The lines of writing on the image: JSON [[text, confidence 0 … 1, [left, top, right, bottom]], …] from the top,
    the box in thousandths of the page's width and height."""
    with Image.open(path, formats=pictures.FORMATS) as image:
        image.draft("RGB", (READ_AT, READ_AT))
        page = image.convert("RGB")
    page.thumbnail((READ_AT, READ_AT))
    return orjson.dumps(_lines(page))


def _lines(page: Image.Image) -> list[Any]:
    found = _engine(np.asarray(page)[:, :, ::-1])
    if found.txts is None:
        return []
    boxes = np.asarray(found.boxes) / (page.width, page.height) * 1000
    told = zip(found.txts, found.scores, boxes.clip(0, 1000), strict=True)
    return [
        [text, round(float(score), 3), [round(float(each)) for each in (*box.min(axis=0), *box.max(axis=0))]]
        for text, score, box in told
    ]

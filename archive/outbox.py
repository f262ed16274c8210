"""Files dropped into a folder for somebody else to fetch: whole or not there, and only for the owner's eyes."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson


def drop(folder: Path, name: str, content: Mapping[str, Any]) -> Path:
    """Write `content` as the JSON file `name` in `folder` in one step, replacing an older one. May raise OSError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".new-", delete=False) as fresh:
        fresh.write(orjson.dumps(content, option=orjson.OPT_INDENT_2))
        fresh.flush()
        os.fsync(fresh.fileno())
    os.replace(fresh.name, folder / name)
    _settle(folder)
    return folder / name


def _settle(folder: Path) -> None:
    """Make the new name survive a power cut."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)

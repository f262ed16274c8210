"""A demo office on a real installation, and what the clerks know of its morning."""

import json
from datetime import datetime
from pathlib import Path

from tests.installation import Installation
from tests.season.clerk import Season
from tests.season.day import season_of
from workflow.settings import from_environment

STORED = 60  # dossiers on the shelves before the morning


def founded(data: Path, listed: int, **environment: str) -> Installation:
    """An installation with the demo office and a morning of so many packs; not started yet."""
    made = Installation(data, **environment)
    for words in (["migrate"], ["demo", "seed", "--dossiers", str(STORED), "--packs", str(listed)]):
        result = made.command(*words)
        assert result.returncode == 0, result.stderr
    return made


def season_at(installation: Installation, listed: int) -> Season:
    """The season of an installation from `founded`; to be closed."""
    kept = json.loads((installation.data / "demo" / "accounts.json").read_text())
    today = datetime.now(from_environment(installation.environment).zone).date()
    return season_of(installation.url, kept[0]["password"], today, STORED, listed)

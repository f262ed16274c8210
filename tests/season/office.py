"""A demo office on a real installation, and what the clerks know of its morning."""

import json
import shutil
from datetime import datetime
from pathlib import Path

from tests import servers
from tests.installation import Installation
from tests.season.clerk import Season
from tests.season.day import season_of
from workflow.settings import from_environment

STORED = 60  # dossiers on the shelves before the morning


def founded(data: Path, listed: int, **environment: str) -> Installation:
    """An installation with the demo office and a morning of so many packs; not started yet.

    On SQLite it is a copy of the one founded before in the same test run."""
    if environment:
        return _founded(data, listed, **environment)
    kept = servers.run_folder() / f"season-{listed}"
    with servers.locked("season"):
        if not kept.exists():
            _founded(kept, listed)
    return Installation(Path(shutil.copytree(kept, data)))


def _founded(data: Path, listed: int, **environment: str) -> Installation:
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

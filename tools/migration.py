"""Write the next migration step: `make migration m="what changes"`.

Builds the tables of the newest step in a scratch SQLite file, compares them with those the code declares and
writes the difference below workflow/migrations/scripts/versions. Read it before committing it.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from workflow import migrations, models, registry
from workflow.db import Database

CHATTER = "    # ### "


def main(message: str) -> Path:
    registry.discover(models.__package__, "archive", "forms", "web")
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/steps.db")
        migrations.upgrade(database)
        step = migrations.write(database, message)
        database.engine.dispose()
    lines = step.read_text().splitlines(keepends=True)
    step.write_text("".join(line for line in lines if not line.startswith(CHATTER)))
    subprocess.run([sys.executable, "-m", "ruff", "format", "--quiet", step], check=True)
    return step


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1].strip():
        sys.exit('Say what changes: make migration m="…"')
    print(main(sys.argv[1]))

"""Found by every Python process of the week's office as it starts: its clock is the one the week moves, and it knows
the one machine of the week's processes."""

import os
from pathlib import Path

if "JUANLIU_TEST_CLOCK" in os.environ:
    from tests.week import machine, ticking

    ticking.install(Path(os.environ[ticking.VARIABLE]))
    machine.install()

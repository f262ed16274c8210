"""Most of this says the same of either database: it runs on SQLite, and on both with AROUND=both (`make around`).
What the databases do differently stands in test_both.py and always runs on both."""

import os

import pytest

from workflow.office import Office

DATABASES = ["sqlite", "postgresql"] if os.environ.get("AROUND") == "both" else ["sqlite"]


@pytest.fixture(params=DATABASES)
def office(request: pytest.FixtureRequest) -> Office:
    return request.getfixturevalue(f"{request.param}_office")

"""A process as it runs in use has imported nothing but the application: it must know all that the tests know."""

import json
import os
import subprocess
import sys

from workflow.settings import CHECKOUT

ASKED = """
import json
import wsgi
from workflow import registry
kept = {name: sorted(map(str, value)) for name, value in vars(registry).items() if isinstance(value, dict | list | set)}
kept.pop("discovered")
print(json.dumps({name: value for name, value in kept.items() if not name.startswith("_")}))
"""
ALL = "from workflow.registry import discover\ndiscover('workflow', 'archive', 'forms', 'web')\n"


def known(tmp_path, script: str) -> dict[str, list[str]]:
    """What is registered in a fresh process, by kind."""
    environment = {**os.environ, "JUANLIU_DATA": str(tmp_path)}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=True)
    return {name: [_plain(each) for each in found] for name, found in json.loads(done.stdout).items()}


def _plain(said: str) -> str:
    """A function without its address."""
    return said.partition(" at 0x")[0]


def test_a_fresh_process_knows_every_function_topic_and_check_of_the_house(tmp_path):
    found = known(tmp_path, ASKED)
    assert "members" in found["functions"]
    assert {name: sorted(each) for name, each in found.items()} == {
        name: sorted(each) for name, each in known(tmp_path, ALL + ASKED).items()
    }

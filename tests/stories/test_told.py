"""`yuanyou story NAME` on a fresh system: every step goes as it is told."""

import subprocess
import sys

import pytest

from tests.project.test_up import Up, environ

pytestmark = pytest.mark.slow
SECONDS = 400
"""The payments wait for a statement, which the worker looks for once a minute."""


@pytest.mark.parametrize("name", ["renewal", "payments"])
def test_a_story_goes_as_told(up: Up, name: str) -> None:
    command = [sys.executable, "-m", "yuanyou.project.cli", "story", name, "--data", str(up.data)]
    told = subprocess.run(
        command, env=environ(), capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert told.stdout.splitlines()[-1] == f"story {name}: as told"

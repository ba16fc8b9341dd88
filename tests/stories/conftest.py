"""The product as `yuanyou up` runs it, with the sandbox's companies, once for each module."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.project.test_up import Up, three_free_ports


@pytest.fixture(scope="module")
def up() -> Iterator[Up]:
    folder = Path(tempfile.mkdtemp(prefix="yuanyou-story-"))
    folder.chmod(0o711)
    running = Up(folder / "data", three_free_ports())
    yield running
    running.end()
    shutil.rmtree(folder, ignore_errors=True)

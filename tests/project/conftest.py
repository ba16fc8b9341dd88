"""Folders for databases: open on the way in, as /srv or a home on a server is, and awkwardly named."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from yuanyou.project.up import place


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """pytest's own folders are closed to the user that runs the database when we are root."""
    folder = Path(tempfile.mkdtemp(prefix="yuanyou-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def data(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder that is not there yet."""
    monkeypatch.setattr(place, "STATE", open_folder / "state")
    return open_folder / "Mei's, 远 folder"

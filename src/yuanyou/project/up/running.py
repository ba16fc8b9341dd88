"""`<data>/run.json`: how `story`, `bench` and `doctor` find a running system."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from yuanyou.project.up.secrets import write_private


@dataclass(frozen=True, slots=True)
class Run:
    """What the supervisor tells about its system. It holds secrets, so the file is its owner's alone."""

    pid: int
    """The supervisor's process id."""
    pids: Mapping[str, int]
    """Process name -> id: postgres (when embedded), web, worker, sandbox."""
    ports: Mapping[str, int]
    """web, sandbox, smtp."""
    site_url: str
    sandbox_url: str
    database_url: str
    programs: str | None
    """Folder of the embedded PostgreSQL's own programs; None with DATABASE_URL."""
    environ: Mapping[str, str]
    """The settings its processes run with."""

    def save(self, data: Path) -> None:
        write_private(_path(data), json.dumps(asdict(self), indent=2))


def load(data: Path) -> Run | None:
    """The system that runs on this data folder now; None when none does."""
    try:
        run = Run(**json.loads(_path(data).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return run if _is_alive(run.pid) else None


def forget(data: Path) -> None:
    """The system has stopped."""
    with suppress(OSError):
        _path(data).unlink()


def _path(data: Path) -> Path:
    return data / "run.json"


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True

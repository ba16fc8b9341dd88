"""Finds the server processes that an earlier run left on our database files."""

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")


def servers_in(files: Path) -> list[int]:
    """The id of every `postgres` process that works in this folder."""
    return _by_proc(files) if sys.platform == "linux" else _by_ps(files)


def _by_proc(files: Path) -> list[int]:
    """Every process of a server has its files as current folder, also backends whose postmaster died."""
    found = []
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            with suppress(OSError):  # it ended while we looked, or is another user's
                if (folder / "comm").read_text() == "postgres\n" and (folder / "cwd").readlink() == files:
                    found.append(int(folder.name))
    return found


def _by_ps(files: Path) -> list[int]:
    """Elsewhere only the postmaster tells its folder, on its command line."""
    found = []
    answer = subprocess.run(["ps", "-axo", "pid=,command="], capture_output=True, text=True, check=True)
    for line in answer.stdout.splitlines():
        pid, command = line.split(maxsplit=1)
        if "/postgres -D" in command and f" {files} " in command:
            found.append(int(pid))
    return found

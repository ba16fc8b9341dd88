"""Who owns the database's files: us, or, when we are root, a system user (PostgreSQL refuses root)."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

CANDIDATES = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Owner:
    """A user to run PostgreSQL as. `uid` -1: whoever we are."""

    uid: int
    gid: int
    name: str

    @property
    def is_other(self) -> bool:
        return self.uid >= 0

    def reaches(self, folder: Path) -> bool:
        """May this user enter `folder`? Asked of the system, which also knows about ACLs and mounts."""
        if not self.is_other:
            return os.access(folder, os.X_OK)
        answer = subprocess.run(
            ["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)],
            user=self.uid,
            group=self.gid,
            extra_groups=[],
            stderr=subprocess.DEVNULL,
            cwd="/",
            check=False,
        )
        return answer.returncode == 0

    def give(self, path: Path) -> None:
        """Make this user the owner of a file or folder that we have just made."""
        if self.is_other:
            os.chown(path, self.uid, self.gid)


def choose(folder: Path) -> Owner:
    """The owner of an existing database folder when we are root, else a system user; never root."""
    if os.geteuid() != 0:
        return Owner(-1, -1, pwd.getpwuid(os.geteuid()).pw_name)
    if folder.exists() and (uid := folder.stat().st_uid) != 0:
        return _known(pwd.getpwuid(uid))
    for name in CANDIDATES:
        try:
            return _known(pwd.getpwnam(name))
        except KeyError:
            continue
    raise LookupError(f"none of the users {', '.join(CANDIDATES)} exists")


def _known(entry: pwd.struct_passwd) -> Owner:
    return Owner(entry.pw_uid, entry.pw_gid, entry.pw_name)

"""Migrations and the demo's set-up, skipped when neither the code nor the database changed since."""

import hashlib
import json
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from yuanyou.project.up import database
from yuanyou.project.up.child import Child
from yuanyou.project.up.secrets import write_private
from yuanyou.project.up.table import SignIn
from yuanyou.project.up.trouble import Trouble

PACKAGE = Path(__file__).resolve().parents[2]
POLL_SECONDS = 0.05
NOT_COMPARED = frozenset({".pyc", ".html", ".txt", ".md"})


@dataclass(frozen=True, slots=True)
class Preparation:
    """What a database and a data folder need before the processes start."""

    data: Path
    database_url: str
    environ: Mapping[str, str]

    def fingerprint(self) -> str:
        """Changes when a file of ours that set-up may read does, or a setting."""
        digest = hashlib.sha256()
        for name, value in sorted(self.environ.items()):
            if name.startswith("YUANYOU_"):
                digest.update(f"{name}={value}\n".encode())
        for path in sorted(PACKAGE.rglob("*")):
            if path.suffix not in NOT_COMPARED and path.is_file():
                digest.update(str(path.relative_to(PACKAGE)).encode())
                digest.update(path.read_bytes())
        return digest.hexdigest()[:32]

    def known(self, fingerprint: str) -> list[SignIn] | None:
        """The sign-ins (without passwords) when all was prepared with this fingerprint; else None."""
        try:
            stored = json.loads(self._path.read_text("utf-8"))
        except (OSError, ValueError):
            return None
        if stored["fingerprint"] != fingerprint or database.mark(self.database_url) != fingerprint:
            return None
        return [SignIn(*row) for row in stored["sign_ins"]]

    def run(self, fingerprint: str, say: Callable[[str], None]) -> list[SignIn]:
        """Prepare in a process of its own: the supervisor never loads Django. Trouble when that fails."""
        with tempfile.NamedTemporaryFile(dir=self.data, suffix=".json") as result:  # its mode is 0600
            command = [sys.executable, "-m", "yuanyou.project.cli", "migrate", "--result", result.name]
            child = Child("setup", command, self.environ, say)
            child.start()
            try:
                while not child.wait(POLL_SECONDS):
                    pass
            finally:
                child.kill()
            if child.poll() != 0:
                raise Trouble("The database could not be set up: the lines above say why.")
            found = [SignIn(*row) for row in json.loads(Path(result.name).read_text("utf-8"))]
        self._remember(fingerprint, found)
        return found

    def _remember(self, fingerprint: str, found: list[SignIn]) -> None:
        rows = [sign_in._replace(password=None) for sign_in in found]
        write_private(self._path, json.dumps({"fingerprint": fingerprint, "sign_ins": rows}))
        database.set_mark(self.database_url, fingerprint)

    @property
    def _path(self) -> Path:
        return self.data / "prepared.json"

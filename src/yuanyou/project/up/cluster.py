"""The files of one embedded PostgreSQL ("cluster" in its own words): made once, cleared of old processes."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from yuanyou.project.up import owner as owners
from yuanyou.project.up import place
from yuanyou.project.up.child import Child
from yuanyou.project.up.leftovers import servers_in
from yuanyou.project.up.lock import Held, Lock
from yuanyou.project.up.owner import Owner
from yuanyou.project.up.trouble import Trouble

SUPERUSER = "postgres"
SETTINGS = {
    "listen_addresses": "",  # the socket is the only door
    "shared_buffers": "64MB",
    "max_connections": "100",
    "jit": "off",  # compiling costs our short statements more than it saves
    "io_method": "sync",  # no I/O worker processes: what we read is in memory
    "max_logical_replication_workers": "0",  # nor a launcher for what we do not use
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "",  # whoever prints the line adds the time
    "log_checkpoints": "off",
}
ASK_AGAIN_SECONDS = 10


@dataclass(slots=True)
class Cluster:
    """Files, programs and socket of one server, locked for us until `release`."""

    folder: Path
    owner: Owner
    programs: Path
    sockets: Path
    fsync: bool
    lock: Lock
    _asked: dict[int, float] = field(default_factory=dict, init=False)

    @classmethod
    def open(cls, data: Path, *, fsync: bool, say: Callable[[str], None]) -> "Cluster":
        """Find or make the cluster of a data folder. Trouble when it cannot be ours."""
        data = place.data_folder(data)
        owner = owners.choose(data / "postgres")
        folder = place.cluster_folder(data, owner, say)
        try:
            lock = Lock(folder / "lock")
        except Held as held:
            raise Trouble(f"The database in {folder} is in use by process {held.holder}.") from None
        try:
            found = cls(
                folder, owner, place.programs(folder, owner), place.sockets(folder, owner), fsync, lock
            )
            found._prepare()
        except BaseException:
            lock.release()
            raise
        return found

    @property
    def files(self) -> Path:
        """PostgreSQL's data directory."""
        return self.folder / "data"

    def url(self, *, role: str, database: str) -> str:
        """For psycopg, Django and libpq's programs."""
        return f"postgresql://{role}@/{quote(database)}?host={quote(str(self.sockets), safe='')}"

    def server(self, say: Callable[[str], None]) -> Child:
        """The server as our own child in the foreground. SIGINT is its fast, clean shutdown."""
        directories = '"' + str(self.sockets).replace('"', '""') + '"'
        settings = {
            **SETTINGS,
            "unix_socket_directories": directories,
            "fsync": "on" if self.fsync else "off",
        }
        if not self.fsync:
            settings |= {"synchronous_commit": "off", "full_page_writes": "off"}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return Child(
            name="postgres",
            command=[str(self.programs / "postgres"), "-D", str(self.files), *options],
            environ=_environ(),
            say=say,
            stop_signal=signal.SIGINT,
            owner=self.owner,
        )

    def vacated(self) -> bool:
        """Has everything left that an earlier server ran on these files? Asks what is still there to go.

        After kill -9 of the postmaster its backends go on for a moment; after kill -9 of the supervisor
        the postmaster itself may. Call until True: a postmaster may take as long as its checkpoint needs.
        """
        found = servers_in(self.files)
        for pid in found:
            with suppress(ProcessLookupError):
                self._ask(pid, is_postmaster=pid == self._postmaster())
        if found:
            return False
        self._asked.clear()
        # Its process id may by now be another program's, for which PostgreSQL would refuse to start.
        (self.files / "postmaster.pid").unlink(missing_ok=True)
        return True

    def says_ready(self) -> bool:
        """Does the server's own file say that it accepts connections? Asking sooner fills its log."""
        try:
            return (self.files / "postmaster.pid").read_text().rstrip().endswith("\nready")
        except OSError:
            return False

    def release(self) -> None:
        """Let others use the files. Harmless to repeat."""
        self.lock.release()

    def _ask(self, pid: int, *, is_postmaster: bool) -> None:
        asked = self._asked.get(pid)
        if asked is None:
            os.kill(pid, signal.SIGINT if is_postmaster else signal.SIGTERM)
        elif time.monotonic() - asked > ASK_AGAIN_SECONDS and not is_postmaster:
            os.kill(pid, signal.SIGQUIT)
        else:
            return
        self._asked[pid] = time.monotonic()

    def _postmaster(self) -> int:
        """The process that the files say is their postmaster; it may be long gone."""
        try:
            return int((self.files / "postmaster.pid").read_text().partition("\n")[0])
        except (OSError, ValueError):
            return 0

    def _prepare(self) -> None:
        version_file = self.files / "PG_VERSION"
        if not version_file.exists():
            self._initdb()
        ours, theirs = self._major(), version_file.read_text().strip()
        if ours != theirs:
            raise Trouble(
                f"The database in {self.folder} was made by PostgreSQL {theirs}, and this is {ours}: "
                f"dump it with the old one and load it into a new --data DIR."
            )

    def _initdb(self) -> None:
        """Make the files under another name first, so that a kill in the middle leaves nothing half made."""
        scratch = self.folder / "data.new"
        shutil.rmtree(scratch, ignore_errors=True)
        command = ["initdb", "--pgdata", str(scratch), "--username", SUPERUSER, "--no-instructions"]
        # Trust is safe here: only the owner and root can enter the folder of the only socket.
        command += ["--auth-local=trust", "--auth-host=reject", "--locale=C.UTF-8", "--encoding=UTF8"]
        result = self._run([*command, *([] if self.fsync else ["--no-sync"])])
        if result.returncode != 0:
            raise Trouble(f"The database could not be made in {self.folder}: {_last_line(result.stdout)}")
        scratch.rename(self.files)

    def _major(self) -> str:
        answer = self._run(["postgres", "--version"]).stdout
        return answer.rsplit(maxsplit=1)[-1].partition(".")[0]

    def _run(self, command: list[str]) -> "subprocess.CompletedProcess[str]":
        program, *arguments = command
        try:
            return subprocess.run(
                [str(self.programs / program), *arguments],
                env=_environ(),
                cwd=self.folder,
                user=self.owner.uid if self.owner.is_other else None,
                group=self.owner.gid if self.owner.is_other else None,
                extra_groups=[] if self.owner.is_other else None,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
        except OSError as error:
            raise Trouble(
                f"The embedded PostgreSQL does not run here ({error.strerror}): set DATABASE_URL instead."
            ) from None


def _environ() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["no reason given"])[-1]

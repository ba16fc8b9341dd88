"""The embedded PostgreSQL server, as a library and under `yuanyou up`.

with Postgres.start(folder, fsync=False) as pg:
    url = pg.create_database("test")
"""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from psycopg import sql

from yuanyou.project.up.child import Child
from yuanyou.project.up.cluster import SUPERUSER, Cluster
from yuanyou.project.up.trouble import Trouble

ROLE = "yuanyou"
"""The database role of our processes; owns the database, may create others, is no superuser."""
POLL_SECONDS = 0.02
STOP_SECONDS = 60
STARTS = 5
"""How often a server that ends at once is started again: old backends may take a moment to leave."""


def _quiet(_line: str) -> None:
    pass


class Postgres:
    """A server that is our child and accepts connections. Use `start`."""

    def __init__(self, cluster: Cluster, say: Callable[[str], None]) -> None:
        self.cluster = cluster
        self.server: Child = cluster.server(say)

    @classmethod
    def start(cls, data: Path, *, fsync: bool = True, say: Callable[[str], None] = _quiet) -> Self:
        """Make the files where missing, start the server, and wait until it answers, however long
        recovery takes. `say` gets the server's log line by line. Trouble with one sentence when it cannot be.
        """
        cluster = Cluster.open(data, fsync=fsync, say=say)
        postgres = cls(cluster, say)
        try:
            postgres.launch()
            postgres._create_role()
        except BaseException:
            postgres.stop()
            raise
        return postgres

    @property
    def url(self) -> str:
        """Of our database, for psycopg, Django and `psql`."""
        return self.cluster.url(role=ROLE, database=ROLE)

    def create_database(self, name: str) -> str:
        """Create it where missing, owned by our role; returns its URL."""
        with self._superuser() as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
            if found is None:
                statement = sql.SQL("CREATE DATABASE {} OWNER {} STRATEGY file_copy")
                connection.execute(statement.format(sql.Identifier(name), sql.Identifier(ROLE)))
        return self.cluster.url(role=ROLE, database=name)

    def bin(self, name: str) -> Path:
        """One of the server's own programs: psql, pgbench, pg_dump ..."""
        return self.cluster.programs / name

    def launch(self) -> None:
        """Start the server (again) and wait until it answers."""
        for _ in range(STARTS):
            while not self.cluster.vacated():
                time.sleep(POLL_SECONDS)
            self.server.start()
            if self._answers():
                return
            self.server.kill()
        reason = next(iter(reversed(self.server.last_lines)), "it gave no reason")
        raise Trouble(f"The database in {self.cluster.folder} does not start: {reason}")

    def kill(self) -> None:
        """kill -9 of the postmaster, as a crash would: nothing is flushed, backends notice by themselves."""
        os.kill(self.server.pid, signal.SIGKILL)
        self.server.wait(STOP_SECONDS)

    def stop(self) -> None:
        """Fast, clean shutdown: open transactions are rolled back, everything is written."""
        self.server.stop(STOP_SECONDS)
        self.cluster.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _answers(self) -> bool:
        """Wait for an answer; False when the server ended instead."""
        while self.server.poll() is None:
            if self.cluster.says_ready():
                try:
                    self._superuser().close()
                except psycopg.OperationalError as error:
                    reason = str(error).strip().splitlines()[0]
                    raise Trouble(
                        f"The database in {self.cluster.folder} does not answer: {reason}"
                    ) from None
                return True
            time.sleep(POLL_SECONDS)
        return False

    def _superuser(self) -> psycopg.Connection[tuple[object, ...]]:
        url = self.cluster.url(role=SUPERUSER, database="postgres")
        return psycopg.connect(url, autocommit=True, connect_timeout=5)

    def _create_role(self) -> None:
        with self._superuser() as connection:
            found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone()
            if found is None:
                role = sql.Identifier(ROLE)
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(role))
        self.create_database(ROLE)


@contextmanager
def temporary(*, fsync: bool = False) -> Iterator[Postgres]:
    """A server for one test session in a folder of its own that goes when the block ends."""
    folder = Path(tempfile.mkdtemp(prefix="yuanyou-"))
    folder.chmod(0o711)  # just made and empty: when we are root, the server's user must find its way through
    try:
        with Postgres.start(folder, fsync=fsync) as postgres:
            yield postgres
    finally:
        shutil.rmtree(folder)

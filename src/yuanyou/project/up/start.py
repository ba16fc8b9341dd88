"""`yuanyou up` from the first check to the last goodbye."""

import http.client
import os
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from yuanyou.project.config import Config
from yuanyou.project.up import database, environment, place, running, secrets, table
from yuanyou.project.up.child import Child
from yuanyou.project.up.lock import Held, Lock
from yuanyou.project.up.log import Log
from yuanyou.project.up.ports import HOST, Ports, listening
from yuanyou.project.up.postgres import Postgres
from yuanyou.project.up.preparation import Preparation
from yuanyou.project.up.processes import Supervisor
from yuanyou.project.up.table import SignIn
from yuanyou.project.up.trouble import Trouble

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
ANSWER_SECONDS = 5


def up(data: Path, first_port: int) -> None:
    """Start everything, print where it is, watch it until Ctrl-C or SIGTERM, stop everything.

    Trouble or Unsafe when the start is stopped; then nothing is left running.
    """
    began = time.monotonic()
    if os.environ.get("YUANYOU_ENV") == "production":
        raise Trouble("`yuanyou up` runs the demo: in production run `yuanyou migrate`, `web` and `worker`.")
    data = place.data_folder(data)
    lock = _only_one(data)
    try:
        ports = Ports.following(first_port)
        ports.check_free()
        system = System(data, ports, Log())
        _stop_on_signals()
        try:
            system.start()
            system.announce(time.monotonic() - began)
            system.watch()
        except KeyboardInterrupt:
            system.log.line("up", "stopping")
        finally:
            for stopping in STOPPING:
                signal.signal(stopping, signal.SIG_IGN)
            system.stop()
    finally:
        lock.release()


def _stop_on_signals() -> None:
    """Each becomes KeyboardInterrupt; a hang-up does not under nohup."""
    for stopping in STOPPING:
        if stopping != signal.SIGHUP or signal.getsignal(stopping) != signal.SIG_IGN:
            signal.signal(stopping, signal.default_int_handler)


def _only_one(data: Path) -> Lock:
    try:
        return Lock(data / "up.lock")
    except Held as held:
        run = running.load(data)
        where = f" at {run.site_url}" if run else ""
        raise Trouble(
            f"Yuanyou already runs on {data}{where} (process {held.holder}): "
            f"stop it first, or choose another folder with --data DIR."
        ) from None


class System:
    """The processes of one demo, in the order they start."""

    def __init__(self, data: Path, ports: Ports, log: Log) -> None:
        self.log = log
        self._data = data
        self._ports = ports
        self._supervisor = Supervisor(log, self._save)
        self._postgres: Postgres | None = None
        self._settings: Mapping[str, str] = {}
        self._sign_ins: list[SignIn] = []

    def start(self) -> None:
        """Returns when everything answers."""
        url = self._start_database()
        kept = secrets.load(self._data)
        own = os.environ
        self._settings = environment.settings(
            own, data=self._data, ports=self._ports, database_url=url, secrets=kept
        )
        Config.from_env(self._settings)
        ours = environment.of_product(own, self._settings)
        theirs = environment.of_sandbox(own, self._settings, data=self._data, ports=self._ports)
        self._supervisor.start(
            self._python("sandbox", ["-m", "yuanyou_sandbox", *self._sandbox_options()], theirs)
        )
        self._prepare(Preparation(self._data, url, ours))
        web = ["web", "--host", HOST, "--port", str(self._ports.web)]
        self._supervisor.start(self._python("web", ["-m", "yuanyou.project.cli", *web], ours))
        self._supervisor.start(self._python("worker", ["-m", "yuanyou.project.cli", "worker"], ours))
        with self.log.progress("waiting until everything answers"):
            self._supervisor.watch(until=self._answers)

    def announce(self, took_seconds: float) -> None:
        """Print the box."""
        site, sandbox = self._settings["YUANYOU_SITE_URL"], self._settings["YUANYOU_SANDBOX_URL"]
        where = self._postgres.cluster.folder if self._postgres else "DATABASE_URL"
        addresses = [
            ("Site", site, ""),
            ("Simulated companies", f"{sandbox}/", ""),
            ("Mail that was sent", f"{sandbox}/mail/", ""),
            ("Database", str(where), ""),
            ("Data", str(self._data), ""),
        ]
        people = [
            (who.label, who.url, f"{who.username}  {who.password or '(password shown at first start)'}")
            for who in self._sign_ins
        ]
        lines = table.lines_for(sys.stdout.encoding)
        self.log.raw(
            table.box("Yuanyou 远游 is up", [addresses, people] if people else [addresses], lines=lines)
        )
        self.log.line("up", f"everything answers after {took_seconds:.1f} s; Ctrl-C stops it")

    def watch(self) -> None:
        """Start again what dies, for ever."""
        self._supervisor.watch(until=lambda: False)

    def stop(self) -> None:
        """Stop what runs, the database last."""
        self._supervisor.stop()
        if self._postgres:
            self._postgres.stop()
        running.forget(self._data)

    def _start_database(self) -> str:
        url = os.environ.get("DATABASE_URL", "").strip()
        if url:
            database.check(url)
            return url
        with self.log.progress("starting the database"):
            self._postgres = Postgres.start(self._data, say=self.log.to("postgres"))
        vacated = self._postgres.cluster.vacated
        self._supervisor.adopt(self._postgres.server, may_start=vacated, foundation=True)
        return self._postgres.url

    def _prepare(self, preparation: Preparation) -> None:
        fingerprint = preparation.fingerprint()
        known = preparation.known(fingerprint)
        if known is None:
            with self.log.progress("setting up the database"):
                known = preparation.run(fingerprint, self.log.to("setup"))
        self._sign_ins = known

    def _answers(self) -> bool:
        ports = self._ports
        return listening(ports.smtp) and listening(ports.sandbox) and _serves(ports.web)

    def _python(self, name: str, arguments: list[str], environ: Mapping[str, str]) -> Child:
        return Child(name, [sys.executable, *arguments], environ, self.log.to(name))

    def _sandbox_options(self) -> list[str]:
        ports = self._ports
        return [
            "--data",
            str(self._data / "sandbox"),
            "--port",
            str(ports.sandbox),
            "--smtp-port",
            str(ports.smtp),
        ]

    def _save(self) -> None:
        """Tell `story`, `bench` and `doctor` about us; again whenever a process id changes."""
        if not self._settings:
            return
        running.Run(
            pid=os.getpid(),
            pids=self._supervisor.pids(),
            ports=asdict(self._ports),
            site_url=self._settings["YUANYOU_SITE_URL"],
            sandbox_url=self._settings["YUANYOU_SANDBOX_URL"],
            database_url=self._settings["DATABASE_URL"],
            programs=str(self._postgres.cluster.programs) if self._postgres else None,
            environ=self._settings,
        ).save(self._data)


def _serves(port: int) -> bool:
    """Does the site answer with a page, whatever page?"""
    connection = http.client.HTTPConnection(HOST, port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status < http.HTTPStatus.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()

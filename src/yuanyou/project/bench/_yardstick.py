"""pgbench beside us: the same server, the same socket, durable commits."""

import re
import subprocess
from uuid import uuid4

import psycopg
from psycopg import sql

from yuanyou.project.target import Target

SCALE, CLIENTS, THREADS = 50, 16, 2


def transactions_per_second(target: Target, *, seconds: int) -> float:
    """TPC-B as pgbench plays it, in a database of its own that is gone afterwards."""
    name = f"yardstick_{uuid4().hex[:8]}"
    with psycopg.connect(target.database_url, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            _pgbench(target, name, "-i", "-q", "-s", str(SCALE))
            shape = ["-c", str(CLIENTS), "-j", str(THREADS), "-T", str(seconds), "-M", "simple"]
            told = _pgbench(target, name, *shape)
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
    found = re.search(r"tps = ([\d.]+)", told)
    return round(float(found[1]), 1) if found else 0.0


def _pgbench(target: Target, database: str, *words: str) -> str:
    parts = psycopg.conninfo.conninfo_to_dict(target.database_url)
    where = ["-h", str(parts.get("host", "")), "-U", str(parts.get("user", ""))]
    if parts.get("port"):
        where += ["-p", str(parts["port"])]
    environ = {"PGPASSWORD": str(parts.get("password") or ""), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [str(target.program("pgbench")), *where, *words, database],
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout

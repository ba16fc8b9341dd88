"""The database of the tests: real PostgreSQL, two cells, the demo's catalog; and the people of DESIGN law 19.

`DATABASE_URL` in the environment runs them on that server instead of the embedded one.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections
from django.utils import translation
from psycopg import sql
from pytest_django import DjangoDbBlocker

from tests import schemas
from tests.people import People, settle_in
from tests.plans import stock
from yuanyou.project.migrate import migrate
from yuanyou.project.settings import _database
from yuanyou.project.up.postgres import ROLE, SUPERUSER, temporary

NOBODY = "http://127.0.0.1:9"
"""An address where nobody answers: a test that needs a company starts the sandbox."""
settings.CONFIG = replace(
    settings.CONFIG,
    cells=(1, 2),
    stripe_secret_key="sk_test_nobody",
    stripe_api_base=NOBODY,
    stripe_webhook_secrets=("whsec_test",),
    esim_url=NOBODY,
    carrier_url=NOBODY,
)
KEPT = {"django_migrations", "django_content_type"}


@pytest.fixture(autouse=True)
def _no_language_left_behind() -> Iterator[None]:
    """A request of one test must not choose the language of the next."""
    translation.deactivate()
    yield
    translation.deactivate()


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[str]:
    """A database of this worker's own, on a server of its own (or on DATABASE_URL's)."""
    name = f"test_{worker_id}"
    if given := os.environ.get("DATABASE_URL"):
        yield _fresh_database(given, name)
        return
    with temporary(fsync=False) as server:
        url = server.create_database(name)
        superuser = server.cluster.url(role=SUPERUSER, database="postgres")
        with psycopg.connect(superuser, autocommit=True) as admin:
            admin.execute(f"GRANT SET ON PARAMETER session_replication_role TO {ROLE}")
        yield url


@pytest.fixture(scope="session")
def django_db_setup(postgres_url: str, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Our own migrations, one schema a cell; pytest-django's would make one schema."""
    settings.DATABASES["default"] |= _database(postgres_url)
    connection.settings_dict |= _database(postgres_url)
    with django_db_blocker.unblock():
        migrate(settings.CONFIG.cells)
        stock()
    yield
    with django_db_blocker.unblock():
        connections.close_all()


@pytest.fixture
def house(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The real thing: every step commits. What a test wrote is gone before the next one.

    A step that writes into two schemas and is not listed in docs/cells.md fails the test.
    """
    with django_db_blocker.unblock():
        _empty()
        with schemas.watched() as breaches:
            yield
        connections.close_all()
        assert breaches == [], "docs/cells.md does not list it"


@pytest.fixture
def people(house: None) -> People:
    """Mei owns the line, Tom is her family, Ada is a stranger, Li keeps the counter, Ops runs the console."""
    return settle_in()


def _empty() -> None:
    """Empty every table but the catalog, past the triggers that keep books append-only.

    Few tables hold anything. Their rows are deleted where we may do without triggers: TRUNCATE makes every
    file and index of two hundred tables anew, which is most of the time of a short test.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_parameter_privilege('session_replication_role', 'SET')")
        (may_delete,) = cursor.fetchone()
        cursor.execute(f"SELECT told, holds FROM ({_who_holds_rows()}) AS tables")
        tables = cursor.fetchall()
        if may_delete:
            statements = [f"DELETE FROM {name}" for name, holds in tables if holds]
            without = "SET session_replication_role = replica", "RESET session_replication_role"
            cursor.execute("; ".join([without[0], *statements, without[1]]))
        else:
            cursor.execute("TRUNCATE " + ", ".join(name for name, _ in tables))


@cache
def _who_holds_rows() -> str:
    """A query of every table's name and whether it holds a row."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('%I.%I', schemaname, tablename), tablename FROM pg_tables"
            " WHERE schemaname ~ '^cell_' OR (schemaname = 'public' AND tablename !~ '^catalog_')"
        )
        tables = [name for name, table in cursor.fetchall() if table not in KEPT]
    return " UNION ALL ".join(
        f"SELECT '{name}' AS told, EXISTS (SELECT FROM {name}) AS holds" for name in tables
    )


def _fresh_database(url: str, name: str) -> str:
    """An empty database on a server that is already there."""
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    head, _, query = url.partition("?")
    return head.rsplit("/", 1)[0] + f"/{name}" + (f"?{query}" if query else "")

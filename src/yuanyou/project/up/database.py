"""What `up` asks of a database before it lets anything use it."""

from urllib.parse import urlsplit

import psycopg

from yuanyou.project.up.trouble import Trouble

OLDEST = 15
_MARK = "yuanyou prepared "


def check(url: str) -> None:
    """Trouble when the database of DATABASE_URL cannot be reached or is too old."""
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            version = connection.info.server_version
    except psycopg.Error as error:
        where = urlsplit(url).hostname or "the socket"
        reason = str(error).strip().splitlines()[0]
        raise Trouble(f"Cannot use the database of DATABASE_URL on {where}: {reason}") from None
    if version < OLDEST * 10_000:
        found = f"{version // 10_000}.{version % 10_000}"
        raise Trouble(f"DATABASE_URL is a PostgreSQL {found}: Yuanyou needs {OLDEST} or newer.")


def mark(url: str) -> str | None:
    """The fingerprint this database was last prepared with; None when never, or restored from a dump."""
    with psycopg.connect(url, connect_timeout=5) as connection:
        row = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    comment = str(row[0]) if row and row[0] else ""
    return comment.removeprefix(_MARK) if comment.startswith(_MARK) else None


def set_mark(url: str, fingerprint: str) -> None:
    """Remember the fingerprint as the database's comment, which a dump of its contents leaves behind.

    Only the database's owner may; under another role every start prepares again.
    """
    with psycopg.connect(url, connect_timeout=5, autocommit=True) as connection:
        name = psycopg.sql.Identifier(connection.info.dbname)
        text = psycopg.sql.Literal(_MARK + fingerprint)
        try:
            connection.execute(psycopg.sql.SQL("COMMENT ON DATABASE {} IS {}").format(name, text))
        except psycopg.errors.InsufficientPrivilege:
            return

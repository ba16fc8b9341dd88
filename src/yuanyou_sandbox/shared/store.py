"""Durable state: one SQLite file in WAL mode, used by one thread, a transaction per act.

A committed act survives a killed process: the pages are the kernel's by then. `synchronous=NORMAL` gives
up only what a loss of power could take; the disk is waited for at checkpoints alone, and those are rare.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
    seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, created INTEGER NOT NULL,
    body TEXT NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS documents_by_id ON documents (kind, id);
CREATE INDEX IF NOT EXISTS documents_by_time ON documents (kind, created, seq);
CREATE TABLE IF NOT EXISTS document_keys (
    kind TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
    created INTEGER NOT NULL, seq INTEGER NOT NULL,
    PRIMARY KEY (kind, name, value, created, seq)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS facts (
    company TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (company, name)) WITHOUT ROWID;
"""
PRAGMAS = (
    "locking_mode=EXCLUSIVE",
    "journal_mode=WAL",
    "synchronous=OFF",
    "wal_autocheckpoint=8000",
)
"""The file is ours alone, so no lock is taken for each act."""
PATIENCE_SECONDS = 1
"""For a sandbox on the same data that is just ending."""
EVERYTHING = 1 << 62

ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))

Document: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """Which documents of a kind, newest first. Times are epoch seconds, `[since, before)`."""

    limit: int = 10
    key: tuple[str, str] | None = None
    since: int = 0
    before: int = EVERYTHING
    after_id: str | None = None
    """Only older ones than this document."""
    before_id: str | None = None
    """Only newer ones than this document: the ones next to it."""


class InUse(Exception):
    """The file belongs to another process."""


class Store:
    """Documents (JSON, found by kind and id, or by kind and key) and a few facts per company."""

    def __init__(self, path: Path | str) -> None:
        self._db = sqlite3.connect(
            path, isolation_level=None, timeout=PATIENCE_SECONDS, cached_statements=256
        )
        try:
            for pragma in PRAGMAS:
                self._db.execute(f"PRAGMA {pragma}")
        except sqlite3.OperationalError as error:
            raise InUse(f"{path} cannot be used, maybe another sandbox runs on it: {error}") from error
        self._db.executescript(SCHEMA)
        self._depth = 0
        self._facts: dict[tuple[str, str], str] = {}
        """What the table says, as far as somebody asked: facts are asked for at every notice."""

    def add_tables(self, schema: str) -> None:
        """Tables of a part's own: `CREATE ... IF NOT EXISTS` statements."""
        self._db.executescript(schema)

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; an inner one joins the outer one."""
        if self._depth:
            yield
            return
        self._db.execute("BEGIN")
        self._depth = 1
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            self._facts.clear()
            raise
        else:
            self._db.execute("COMMIT")
        finally:
            self._depth = 0

    def run(self, sql: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """One statement and all its rows."""
        return self._db.execute(sql, parameters).fetchall()

    def run_many(self, sql: str, rows: list[tuple[Any, ...]]) -> None:
        """One statement for each of `rows`."""
        self._db.executemany(sql, rows)

    def insert(self, kind: str, body: Document, *, created: int, keys: Mapping[str, str]) -> None:
        """Keep a new document under `body["id"]`; `keys` are what it can be listed by."""
        cursor = self._db.execute(
            "INSERT INTO documents (kind, id, created, body) VALUES (?, ?, ?, ?)",
            (kind, body["id"], created, dumps(body)),
        )
        if keys:
            rows = [(kind, name, value, created, cursor.lastrowid) for name, value in keys.items()]
            self._db.executemany("INSERT OR IGNORE INTO document_keys VALUES (?, ?, ?, ?, ?)", rows)

    def replace(self, kind: str, body: Document) -> None:
        """The document as it is now."""
        self._db.execute(
            "UPDATE documents SET body = ? WHERE kind = ? AND id = ?", (dumps(body), kind, body["id"])
        )

    def add_key(self, kind: str, ident: str, name: str, value: str) -> None:
        """From now on the document is also listed by this."""
        self._db.execute(
            "INSERT OR IGNORE INTO document_keys SELECT kind, ?, ?, created, seq FROM documents"
            " WHERE kind = ? AND id = ?",
            (name, value, kind, ident),
        )

    def delete(self, kind: str, ident: str) -> None:
        """The document and everything it was listed by; nothing when there is none."""
        gone = self.run("DELETE FROM documents WHERE kind = ? AND id = ? RETURNING seq", (kind, ident))
        for (seq,) in gone:
            self._db.execute("DELETE FROM document_keys WHERE kind = ? AND seq = ?", (kind, seq))

    def drop_key(self, kind: str, ident: str, name: str, value: str) -> None:
        """From now on the document is not listed by this any more."""
        self._db.execute(
            "DELETE FROM document_keys WHERE kind = ? AND name = ? AND value = ?"
            " AND seq = (SELECT seq FROM documents WHERE kind = ? AND id = ?)",
            (kind, name, value, kind, ident),
        )

    def get(self, kind: str, ident: str) -> Document | None:
        rows = self.run("SELECT body FROM documents WHERE kind = ? AND id = ?", (kind, ident))
        return json.loads(rows[0][0]) if rows else None

    def page(self, kind: str, page: Page) -> tuple[list[Document], bool]:
        """The documents, and whether there are more in that direction. LookupError for an unknown cursor."""
        older = page.before_id is None
        cursor = page.after_id or page.before_id
        spot = self._spot(kind, cursor) if cursor else (page.before, 0)
        source, parameters = self._source(kind, page.key)
        compare, order = ("<", "DESC") if older else (">", "ASC")
        rows = self.run(
            f"SELECT d.body FROM {source} AND (k.created, k.seq) {compare} (?, ?) AND k.created >= ?"  # noqa: S608
            f" AND k.created < ? ORDER BY k.created {order}, k.seq {order} LIMIT ?",
            (*parameters, *spot, page.since, page.before, page.limit + 1),
        )
        found = [json.loads(body) for (body,) in rows[: page.limit]]
        return found if older else found[::-1], len(rows) > page.limit

    def count(self, kind: str) -> int:
        return int(self.run("SELECT count(*) FROM documents WHERE kind = ?", (kind,))[0][0])

    def fact(self, company: str, name: str) -> Any:
        """A small thing kept by name; None when it never was."""
        key = (company, name)
        if key not in self._facts:
            rows = self.run("SELECT value FROM facts WHERE company = ? AND name = ?", key)
            self._facts[key] = rows[0][0] if rows else "null"
        return json.loads(self._facts[key])

    def keep_fact(self, company: str, name: str, value: Any) -> None:
        self._facts[company, name] = dumps(value)
        self.run("INSERT OR REPLACE INTO facts VALUES (?, ?, ?)", (company, name, self._facts[company, name]))

    def forget_everything(self) -> None:
        """Empty every table, as on the first day; facts too."""
        tables = self.run("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        self._facts.clear()
        with self.transaction():
            for (table,) in tables:
                self.run(f'DELETE FROM "{table}"')  # noqa: S608

    def _source(self, kind: str, key: tuple[str, str] | None) -> tuple[str, tuple[str, ...]]:
        if key is None:
            return "documents k JOIN documents d ON d.seq = k.seq WHERE k.kind = ?", (kind,)
        joined = "document_keys k JOIN documents d ON d.seq = k.seq"
        return f"{joined} WHERE k.kind = ? AND k.name = ? AND k.value = ?", (kind, *key)

    def _spot(self, kind: str, ident: str) -> tuple[int, int]:
        rows = self.run("SELECT created, seq FROM documents WHERE kind = ? AND id = ?", (kind, ident))
        if not rows:
            raise LookupError(ident)
        return rows[0][0], rows[0][1]


def dumps(value: Any) -> str:
    """JSON as it is kept and sent: compact, with Chinese as it is."""
    return ENCODER.encode(value)

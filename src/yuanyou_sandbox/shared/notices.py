"""What companies tell the shop: a durable queue, sent in the background, again by each company's plan.

At least once and in no order. A notice is a reference to something the company keeps; its body and
signature are made anew for every try. Times are virtual, so a retry plan of days is tried in a moment.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from yuanyou_sandbox.shared.clock import VirtualClock
from yuanyou_sandbox.shared.mishaps import Mishaps
from yuanyou_sandbox.shared.post import Answer, NoAnswer, Poster
from yuanyou_sandbox.shared.store import Store
from yuanyou_sandbox.shared.timers import POLL_SECONDS

log = logging.getLogger(__name__)

SCHEMA = """
CREATE TABLE IF NOT EXISTS notices (
    id INTEGER PRIMARY KEY AUTOINCREMENT, company TEXT NOT NULL, type TEXT NOT NULL, reference TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('due', 'sending', 'held', 'dropped', 'delivered', 'given_up')),
    tries INTEGER NOT NULL DEFAULT 0, made_at REAL NOT NULL, due_at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS notices_due ON notices (due_at) WHERE state = 'due';
CREATE INDEX IF NOT EXISTS notices_held ON notices (company, id) WHERE state = 'held';
CREATE INDEX IF NOT EXISTS notices_by_reference ON notices (reference);
CREATE TABLE IF NOT EXISTS notice_answers (
    notice_id INTEGER NOT NULL, at REAL NOT NULL, status INTEGER, milliseconds INTEGER NOT NULL,
    answer TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS notice_answers_of ON notice_answers (notice_id);
"""
ACCEPTED = range(200, 300)
AT_ONCE = 24
APART_SECONDS = 2 * POLL_SECONDS
TIMEOUT_SECONDS = 10
COLUMNS = ("id", "company", "type", "reference", "state", "tries", "made_at", "due_at")
KEPT_ANSWER = 200
"""Characters of an answer that are kept."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One try, ready to go."""

    url: str
    headers: Mapping[str, str]
    body: bytes


def _any_2xx(status: int, _body: bytes) -> bool:
    return status in ACCEPTED


@dataclass(frozen=True, slots=True)
class Sender:
    """How a company notifies: `compose(reference)`, and seconds until each further try."""

    compose: Callable[[str], Outgoing | None]
    """None: there is nowhere to send it to; it is dropped."""
    plan: Sequence[float]
    accepts: Callable[[int, bytes], bool] = _any_2xx
    """Does this answer (status, body) end it?"""


class Notices:
    """`put` inside the transaction of the act; `run` in the background."""

    def __init__(self, store: Store, clock: VirtualClock, mishaps: Mishaps) -> None:
        store.add_tables(SCHEMA)
        store.run("UPDATE notices SET state = 'due' WHERE state = 'sending'")
        self._store, self._clock, self._mishaps = store, clock, mishaps
        self._senders: dict[str, Sender] = {}
        self._poster = Poster(TIMEOUT_SECONDS)
        self._news = asyncio.Event()
        self._under_way: set[asyncio.Task[None]] = set()
        self._ended: list[tuple[tuple[object, ...], tuple[object, ...] | None]] = []

    def register(self, company: str, sender: Sender) -> None:
        self._senders[company] = sender

    def put(self, company: str, type_: str, reference: str) -> None:
        """Queue one, unless a mishap was ordered for it."""
        now = self._clock.now()
        fate = self._mishaps.befall(company, now)
        for state, due_at in fate.rows:
            self._store.run(
                "INSERT INTO notices (company, type, reference, state, made_at, due_at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (company, type_, reference, state, now, due_at),
            )
        if fate.turn_around:
            self._let_go(self._held(company)[::-1])
        self._news.set()

    def look(self) -> None:
        """Something may have become due: do not wait for the next poll."""
        self._news.set()

    def release(self, company: str) -> int:
        """Send what is held; how many."""
        held = self._held(company)
        self._let_go(held)
        return len(held)

    def send_again(self, notice_id: int) -> bool:
        """Send one now, whatever became of it; False when there is none."""
        rows = self._store.run(
            "UPDATE notices SET state = 'due', due_at = ? WHERE id = ? RETURNING id",
            (self._clock.now(), notice_id),
        )
        self._news.set()
        return bool(rows)

    def log(
        self, *, after_id: int, company: str | None, reference: str | None, limit: int
    ) -> list[dict[str, Any]]:
        """What was sent and what was answered, oldest first. Times are virtual epoch seconds."""
        rows = self._store.run(
            f"SELECT {', '.join(COLUMNS)} FROM notices WHERE id > ?1"  # noqa: S608
            " AND (?2 IS NULL OR company = ?2) AND (?3 IS NULL OR reference = ?3) ORDER BY id LIMIT ?4",
            (after_id, company, reference, limit),
        )
        return [self._told(row) for row in rows]

    def latest(self, limit: int) -> list[dict[str, Any]]:
        """The same, newest first."""
        rows = self._store.run(f"SELECT {', '.join(COLUMNS)} FROM notices ORDER BY id DESC LIMIT ?", (limit,))  # noqa: S608
        return [self._told(row) for row in rows]

    def counts(self) -> dict[str, int]:
        """How many in each state."""
        self._write_answers()
        return dict(self._store.run("SELECT state, count(*) FROM notices GROUP BY state"))

    async def run(self) -> None:
        """For ever: claim what is due, send it, write down what was answered."""
        try:
            while True:
                self._write_answers()
                self._start(self._claim(AT_ONCE - len(self._under_way)))
                with suppress(TimeoutError):
                    async with asyncio.timeout(POLL_SECONDS):
                        await self._news.wait()
                self._news.clear()
        finally:
            for task in self._under_way:
                task.cancel()
            self._write_answers()
            self._poster.close()

    def _claim(self, room: int) -> list[tuple[int, str, str, int]]:
        if room <= 0:
            return []
        rows = self._store.run(
            "UPDATE notices SET state = 'sending', tries = tries + 1 WHERE id IN"
            " (SELECT id FROM notices WHERE state = 'due' AND due_at <= ? ORDER BY due_at, id LIMIT ?)"
            " RETURNING id, company, reference, tries, due_at",
            (self._clock.now(), room),
        )
        return [row[:4] for row in sorted(rows, key=lambda row: (row[4], row[0]))]

    def _start(self, claimed: list[tuple[int, str, str, int]]) -> None:
        for row in claimed:
            task = asyncio.create_task(self._send(*row))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def _send(self, notice_id: int, company: str, reference: str, tries: int) -> None:
        sender = self._senders[company]
        outgoing = sender.compose(reference)
        began = time.monotonic()
        status, accepted = None, False
        if outgoing is None:
            self._ended.append((("dropped", self._clock.now(), notice_id), None))
            self._news.set()
            return
        try:
            got: Answer = await self._poster.post(outgoing.url, outgoing.headers, outgoing.body)
            status, answer = got.status, got.body[:KEPT_ANSWER].decode(errors="replace")
            accepted = sender.accepts(got.status, got.body)
        except NoAnswer as why:
            answer = str(why)
        took = int((time.monotonic() - began) * 1000)
        state, due_at = self._next(sender, tries, accepted=accepted)
        if state != "delivered":
            log.warning("%s notice %s: %s %s, now %s", company, reference, status or "", answer, state)
        self._ended.append(((state, due_at, notice_id), (notice_id, self._clock.now(), status, took, answer)))
        self._news.set()

    def _next(self, sender: Sender, tries: int, *, accepted: bool) -> tuple[str, float]:
        now = self._clock.now()
        if accepted:
            return "delivered", now
        if tries > len(sender.plan):
            return "given_up", now
        return "due", now + sender.plan[tries - 1]

    def _write_answers(self) -> None:
        if not self._ended:
            return
        ended, self._ended = self._ended, []
        with self._store.transaction():
            self._store.run_many(
                "UPDATE notices SET state = ?, due_at = ? WHERE id = ? AND state = 'sending'",
                [update for update, _ in ended],
            )
            self._store.run_many(
                "INSERT INTO notice_answers VALUES (?, ?, ?, ?, ?)", [answer for _, answer in ended if answer]
            )

    def _told(self, row: tuple[Any, ...]) -> dict[str, Any]:
        return dict(zip(COLUMNS, row, strict=True)) | {"answers": self._answers(row[0])}

    def _answers(self, notice_id: int) -> list[dict[str, Any]]:
        rows = self._store.run(
            "SELECT at, status, milliseconds, answer FROM notice_answers WHERE notice_id = ? ORDER BY rowid",
            (notice_id,),
        )
        return [dict(zip(("at", "status", "milliseconds", "answer"), row, strict=True)) for row in rows]

    def _held(self, company: str) -> list[int]:
        rows = self._store.run(
            "SELECT id FROM notices WHERE company = ? AND state = 'held' ORDER BY id", (company,)
        )
        return [ident for (ident,) in rows]

    def _let_go(self, held: list[int]) -> None:
        """In this order, so far apart that the order shows."""
        now = self._clock.now()
        self._store.run_many(
            "UPDATE notices SET state = 'due', due_at = ? WHERE id = ?",
            [(now + place * APART_SECONDS, ident) for place, ident in enumerate(held)],
        )
        self._news.set()

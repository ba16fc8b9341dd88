"""What a company does when its clock has come so far: due rows, done in the transaction that forgets them."""

import asyncio
from collections.abc import Callable

from yuanyou_sandbox.shared.clock import VirtualClock
from yuanyou_sandbox.shared.store import Store

SCHEMA = """
CREATE TABLE IF NOT EXISTS timers (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, subject TEXT NOT NULL, due_at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS timers_by_due ON timers (due_at);
"""
POLL_SECONDS = 0.25
"""The demo's clock jumps without telling anybody, so we look."""
BATCH = 100


class Timers:
    """`name` is the company's word for what to do (`stripe.expire`), `subject` the object to do it to."""

    def __init__(self, store: Store, clock: VirtualClock) -> None:
        store.add_tables(SCHEMA)
        self._store, self._clock = store, clock
        self._does: dict[str, Callable[[str], None]] = {}

    def on(self, name: str, do: Callable[[str], None]) -> None:
        """`do(subject)` must be harmless when there is nothing left to do."""
        self._does[name] = do

    def set(self, name: str, subject: str, due_at: float) -> None:
        self._store.run(
            "INSERT INTO timers (name, subject, due_at) VALUES (?, ?, ?)", (name, subject, due_at)
        )

    def set_next(self, name: str, due_at: float) -> None:
        """The next time of something that comes again and again; instead of any other time set for it."""
        self._store.run("DELETE FROM timers WHERE name = ?", (name,))
        self.set(name, "", due_at)

    def run_due(self) -> int:
        """Do a batch of what is due; how many there were."""
        due = self._store.run(
            "SELECT id, name, subject FROM timers WHERE due_at <= ? ORDER BY due_at LIMIT ?",
            (self._clock.now(), BATCH),
        )
        if due:
            with self._store.transaction():
                for ident, name, subject in due:
                    self._store.run("DELETE FROM timers WHERE id = ?", (ident,))
                    self._does[name](subject)
        return len(due)

    async def run(self) -> None:
        """For ever."""
        while True:
            done = self.run_due()
            await asyncio.sleep(POLL_SECONDS if done < BATCH else 0)

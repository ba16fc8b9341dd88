"""PayPal-Request-Id: the same request under the same id is done once, and told as it stands by then.

Sources: developer.paypal.com/api/rest/reference/idempotency ("PayPal returns the latest status of the
previous request"); the SDK's docstrings say how long ids are kept. Requests that were never carried out (bad
fields, an order that is not approved yet) leave no trace, so that they can be sent again. What PayPal says
to the same id with another body it documents for its vault only (PAYPAL_REQUEST_ID_PREVIOUSLY_USED).
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from yuanyou_sandbox.paypal.errors import TOLD, ApiError, invalid, unprocessable
from yuanyou_sandbox.shared.store import dumps
from yuanyou_sandbox.shared.world import World

SCHEMA = """
CREATE TABLE IF NOT EXISTS paypal_request_ids (
    key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, subject TEXT, failure TEXT, forget_at INTEGER NOT NULL
    ) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS paypal_request_ids_by_age ON paypal_request_ids (forget_at);
"""
LONGEST_KEY = 108
HEADER = "PayPal-Request-Id"


@dataclass(frozen=True, slots=True)
class Kept:
    """What came of a request: the object it made or changed, or the answer that it failed."""

    subject: str | None
    failure: tuple[int, dict[str, Any]] | None


class RequestIds:
    """The ids of one account."""

    def __init__(self, world: World) -> None:
        world.store.add_tables(SCHEMA)
        self._store, self._clock = world.store, world.clock
        self._in_use: set[str] = set()

    def begin(self, key: str, fingerprint: str) -> Kept | None:
        """What came of it before; or None, and the id is in use until `end`. ApiError when misused."""
        if len(key) > LONGEST_KEY:
            raise invalid("INVALID_STRING_LENGTH", HEADER, location="header")
        if key in self._in_use:
            issue = "PREVIOUS_REQUEST_IN_PROGRESS"
            told = "The server has detected a conflict while processing this request."
            details = [{"issue": issue, "description": TOLD[issue]}]
            raise ApiError(409, "RESOURCE_CONFLICT", told, details=details)
        rows = self._store.run(
            "SELECT fingerprint, subject, failure FROM paypal_request_ids WHERE key = ? AND forget_at > ?",
            (key, int(self._clock.now())),
        )
        if not rows:
            self._in_use.add(key)
            return None
        known, subject, failure = rows[0]
        if known != fingerprint:
            raise unprocessable("PAYPAL_REQUEST_ID_PREVIOUSLY_USED", HEADER)
        return Kept(subject, tuple(json.loads(failure)) if failure else None)

    def keep(self, key: str, fingerprint: str, kept: Kept, seconds: int) -> None:
        """In the transaction of the act, for so long."""
        failure = dumps(kept.failure) if kept.failure else None
        self._store.run(
            "INSERT OR REPLACE INTO paypal_request_ids VALUES (?, ?, ?, ?, ?)",
            (key, fingerprint, kept.subject, failure, int(self._clock.now()) + seconds),
        )

    def end(self, key: str) -> None:
        self._in_use.discard(key)

    def forget_old(self) -> None:
        """Those nobody may rely on any more."""
        self._store.run("DELETE FROM paypal_request_ids WHERE forget_at <= ?", (int(self._clock.now()),))


def fingerprint(method: str, path: str, tree: dict[str, Any]) -> str:
    """Equal for equal requests, whatever the order of their fields."""
    told = json.dumps(tree, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(f"{method} {path}\n{told}".encode()).hexdigest()

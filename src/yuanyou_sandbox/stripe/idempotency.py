"""Idempotency keys: the first answer is kept for a day and given again for the same request.

Source: docs.stripe.com/api/idempotent_requests. Answers to requests that were never carried out (bad
parameters, limits, a key in use) are not kept, so that they can be sent again corrected. An answer that
says 500 may be kept, too: then the same key gives nothing else for a day.
"""

import hashlib
from dataclasses import dataclass

from yuanyou_sandbox.shared.world import World
from yuanyou_sandbox.stripe.errors import ApiError

SCHEMA = """
CREATE TABLE IF NOT EXISTS stripe_idempotency (
    key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, status INTEGER NOT NULL, body BLOB NOT NULL,
    request_id TEXT NOT NULL, kept_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS stripe_idempotency_by_age ON stripe_idempotency (kept_at);
"""
KEPT_SECONDS = 24 * 3600
LONGEST_KEY = 255
BROKEN = 500


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer given before."""

    status: int
    body: bytes
    request_id: str
    retry: bool | None = None
    """Is it worth sending the request again? None says nothing."""


class Keys:
    """The keys of one account."""

    def __init__(self, world: World) -> None:
        world.store.add_tables(SCHEMA)
        self._store, self._clock = world.store, world.clock
        self._in_use: set[str] = set()

    def begin(self, key: str, fingerprint: str) -> Kept | None:
        """The answer to give again; or None, and the key is in use until `end`. ApiError when misused."""
        if len(key) > LONGEST_KEY:
            raise ApiError(f"Idempotency keys may have at most {LONGEST_KEY} characters.")
        if key in self._in_use:
            raise in_use(key)
        rows = self._store.run(
            "SELECT fingerprint, status, body, request_id FROM stripe_idempotency"
            " WHERE key = ? AND kept_at > ?",
            (key, int(self._clock.now()) - KEPT_SECONDS),
        )
        if not rows:
            self._in_use.add(key)
            return None
        if rows[0][0] != fingerprint:
            raise ApiError(
                "Keys for idempotent requests can only be used with the same parameters they were first used"
                f" with. Try using a key other than '{key}' if you meant to execute a different request.",
                type="idempotency_error",
            )
        status, body, request_id = rows[0][1:]
        return Kept(status, body, request_id, retry=False if status == BROKEN else None)

    def keep(self, key: str, fingerprint: str, answer: Kept) -> None:
        """In the transaction of the act."""
        self._store.run(
            "INSERT OR REPLACE INTO stripe_idempotency VALUES (?, ?, ?, ?, ?, ?)",
            (key, fingerprint, answer.status, answer.body, answer.request_id, int(self._clock.now())),
        )

    def end(self, key: str) -> None:
        self._in_use.discard(key)

    def forget_old(self) -> None:
        """Those nobody may rely on any more."""
        self._store.run(
            "DELETE FROM stripe_idempotency WHERE kept_at <= ?", (int(self._clock.now()) - KEPT_SECONDS,)
        )


def in_use(key: str) -> ApiError:
    """Two requests with one key at once."""
    return ApiError(
        "There is currently another in-progress request using this Idempotency Key (that probably means you"
        f" submitted twice, and the other request is still going through): {key}",
        status=409,
        code="idempotency_key_in_use",
        retry=True,
    )


def fingerprint(method: str, path: str, body: bytes) -> str:
    """Equal for equal requests, whatever the order of their parameters."""
    parts = b"&".join(sorted(body.split(b"&")))
    return hashlib.sha256(f"{method} {path}\n".encode() + parts).hexdigest()

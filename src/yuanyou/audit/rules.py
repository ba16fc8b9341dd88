"""The log's hash chain, pure: what is hashed, and how a link follows the one before it.

A link is SHA-256 over canonical JSON (sorted keys, no spaces, UTF-8), so that anybody can add it up again.
The head of the chain carries an HMAC with the installation's key: who can only write to the database cannot
make another chain.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

START = bytes(32)
"""What the first link follows."""
Json = object
"""Text, a whole number, a truth, nothing, or a list or a mapping (with text keys) of them."""


class NotAFact(TypeError):
    """Not exact when written down: facts are ids, codes, whole numbers, and lists or mappings of them."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """Text with personal data, sealed by the caller: `owner` is whose key opens it."""

    owner: str
    blob: bytes


@dataclass(frozen=True, slots=True)
class Content:
    """What one record says; all of it is in its hash."""

    id: int
    at: datetime
    actor_id: int | None
    verb: str
    subject: str
    customer_id: int | None
    reason: str | Sealed
    facts: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Link:
    """A record's place in the chain: its number from 1, the hash before it, its own; 32 bytes each."""

    number: int
    previous: bytes
    hash: bytes


def checked(facts: Mapping[str, Json]) -> dict[str, Json]:
    """The facts as they are stored. NotAFact for floats, bytes, dates, money and other objects."""
    for value in facts.values():
        _check(value)
    plain: dict[str, Json] = json.loads(json.dumps(dict(facts)))
    return plain


def link(content: Content, *, number: int, previous: bytes) -> bytes:
    """The hash of link `number` (from 1), which follows the link whose hash is `previous`; 32 bytes."""
    sealed = content.reason if isinstance(content.reason, Sealed) else None
    said = {
        "number": number,
        "previous": previous.hex(),
        "id": content.id,
        "at": content.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": content.actor_id,
        "verb": content.verb,
        "subject": content.subject,
        "customer": content.customer_id,
        "reason": None if sealed else content.reason,
        "sealed": [sealed.owner, sealed.blob.hex()] if sealed else None,
        "facts": content.facts,
    }
    return hashlib.sha256(_canonical(said)).digest()


def mark(key: bytes, *, number: int, hash_: bytes) -> bytes:
    """The HMAC-SHA256 of the chain's head: `number` links, the last one's hash."""
    return hmac.digest(key, _canonical({"number": number, "hash": hash_.hex()}), "sha256")


def same_mark(one: bytes, other: bytes) -> bool:
    return hmac.compare_digest(one, other)


def _canonical(value: Json) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _check(value: Json) -> None:
    if isinstance(value, Mapping):
        if any(not isinstance(key, str) for key in value):
            raise NotAFact(f"keys are text: {value!r}")
        for part in value.values():
            _check(part)
    elif isinstance(value, list | tuple):
        for part in value:
            _check(part)
    elif value is not None and not isinstance(value, str | int):
        raise NotAFact(f"{value!r}")

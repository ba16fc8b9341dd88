"""Reads of the audit log, and the chain added up again."""

from collections.abc import Iterator
from dataclasses import dataclass

from yuanyou.audit import rules
from yuanyou.audit.actions import chain_key
from yuanyou.audit.models import Head, Record
from yuanyou.audit.rules import START, Content


@dataclass(frozen=True, slots=True)
class Entry:
    """One record; `number` is its place in the chain, None until the loop has linked it."""

    said: Content
    number: int | None


def latest(
    *,
    actor_id: int | None = None,
    customer_id: int | None = None,
    subject: str = "",
    verb: str = "",
    before: int | None = None,
    limit: int = 50,
) -> list[Entry]:
    """The records that fit every filter, newest first; `before` (a record's id) turns the page."""
    found = Record.objects.order_by("-pk")
    if actor_id is not None:
        found = found.filter(actor_id=actor_id)
    if customer_id is not None:
        found = found.filter(customer_id=customer_id)
    if subject:
        found = found.filter(subject=subject)
    if verb:
        found = found.filter(verb=verb)
    if before is not None:
        found = found.filter(pk__lt=before)
    return [Entry(record.content, record.number) for record in found[:limit]]


def story_of(subject: str, *, limit: int = 50) -> list[Entry]:
    """What was done about one subject, newest first."""
    return latest(subject=subject, limit=limit)


def by_actor(actor_id: int, *, limit: int = 50) -> list[Entry]:
    """What one member of staff did, newest first."""
    return latest(actor_id=actor_id, limit=limit)


def about(customer_id: int, *, limit: int = 50) -> list[Entry]:
    """What was done with one customer and what is theirs, newest first."""
    return latest(customer_id=customer_id, limit=limit)


def faults() -> Iterator[str]:
    """Where the chain does not add up, a sentence each; none when nothing was changed, taken out or put in.

    Run it in one REPEATABLE READ transaction, or a link made meanwhile looks like a fault.
    """
    number, previous = 0, START
    linked = Record.objects.filter(number__isnull=False).order_by("number")
    for record in linked.iterator(chunk_size=2000):
        link = record.link
        assert link is not None  # record_linked_whole
        if link.number != number + 1:
            yield f"link {number + 1} to {link.number - 1} missing"
        if link.previous != previous:
            yield f"link {link.number} does not follow the one before it"
        if rules.link(record.content, number=link.number, previous=link.previous) != link.hash:
            yield f"link {link.number} (record {record.pk}) was changed"
        number, previous = link.number, link.hash
    yield from _head_faults(number, previous)


def _head_faults(number: int, last: bytes) -> Iterator[str]:
    head = Head.objects.first()
    if head is None:
        if number:
            yield f"the head of a chain of {number} is gone"
        return
    if (head.number, bytes(head.hash)) != (number, last):
        yield f"the chain ends at link {number}, its head says {head.number}"
    if not rules.same_mark(
        bytes(head.mark), rules.mark(chain_key(), number=head.number, hash_=bytes(head.hash))
    ):
        yield "the head was not written with our key"

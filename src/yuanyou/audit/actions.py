"""Every write to the audit log. The caller owns the transaction: an act and its record are kept together."""

import base64
from collections.abc import Mapping
from datetime import datetime

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from yuanyou.audit import rules
from yuanyou.audit.models import Head, Record
from yuanyou.audit.rules import START, Sealed
from yuanyou.kernel.redact import redact


def record(
    *,
    actor_id: int | None,
    verb: str,
    subject: str,
    reason: str | Sealed,
    facts: Mapping[str, object],
    now: datetime,
    customer_id: int | None = None,
) -> int:
    """Append what somebody did, inside the transaction that does it; the record's id.

    `actor_id` is a StaffMember's (`request.staff.id`), None for a rule or the command line; `subject` a
    public reference or `kind:id`; `customer_id` whom it is about, if anybody. No personal data in `facts`
    (ids, codes, minor units: else NotAFact), nor in a plain reason: `flows/acts.py` seals one.
    """
    sealed = reason if isinstance(reason, Sealed) else None
    written = Record.objects.create(
        at=now,
        actor_id=actor_id,
        verb=verb,
        subject=subject,
        customer_id=customer_id,
        reason="" if isinstance(reason, Sealed) else redact(reason),
        sealed=sealed.blob if sealed else None,
        sealed_for=sealed.owner if sealed else None,
        facts=rules.checked(facts),
    )
    return written.pk


def link(*, limit: int = 500) -> int:
    """Put what is not in the chain yet at its end, oldest first; how many.

    What commits late is found all the same, because every record without a number is looked for, and goes
    behind what was linked before it: a number once given never moves. The head's lock lets one at a time.
    """
    if not Record.objects.filter(number__isnull=True).exists():
        return 0
    key = chain_key()
    begin = {"hash": START, "mark": rules.mark(key, number=0, hash_=START)}
    Head.objects.bulk_create([Head(**begin)], ignore_conflicts=True)
    head = Head.objects.select_for_update().get()
    waiting = list(Record.objects.filter(number__isnull=True).order_by("pk")[:limit])
    last = bytes(head.hash)
    for number, each in enumerate(waiting, start=head.number + 1):
        each.number, each.previous = number, last
        each.hash = last = rules.link(each.content, number=number, previous=last)
    if waiting:
        Record.objects.bulk_update(waiting, ["number", "previous", "hash"])
        head.number, head.hash = head.number + len(waiting), last
        head.mark = rules.mark(key, number=head.number, hash_=last)
        head.save()
    return len(waiting)


def chain_key() -> bytes:
    """The key of the head's mark, derived from the installation's (HKDF, RFC 5869)."""
    installation = base64.urlsafe_b64decode(settings.CONFIG.seal_key)
    return HKDF(SHA256(), 32, salt=None, info=b"yuanyou audit chain").derive(installation)

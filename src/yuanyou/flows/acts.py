"""What staff do is recorded with its reason, in the transaction that does it; then linked into a chain.

reasoned() a reason that was really given
record()  append an act; the reason is sealed with the key of the person it is about
reason()  read a reason again
link()    the loop: what is not in the chain yet
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

from django.db import transaction

from yuanyou.audit import actions as audit
from yuanyou.audit.rules import Content, Sealed
from yuanyou.identity import seal
from yuanyou.kernel.redact import redact

REASON_MIN = 4
"""Characters: 客户来电 says something, "ok" does not."""


class NoReason(ValueError):
    """An act of staff needs a reason, and none was typed."""


def reasoned(reason: str) -> str:
    """The reason without what surrounds it. NoReason when nothing was said."""
    said = reason.strip()
    if len(said) < REASON_MIN:
        raise NoReason(reason)
    return said


def record(
    *,
    actor_id: int | None,
    verb: str,
    subject: str,
    reason: str,
    facts: Mapping[str, object],
    now: datetime,
    about: int | None = None,
) -> int:
    """Append an act inside the caller's transaction; the record's id.

    `about` is the customer whom the act is about: the reason, which may name them, can be read until they
    are erased. Without one (nobody in particular, or somebody erased) it is sealed for the log itself.
    """
    return audit.record(
        actor_id=actor_id,
        verb=verb,
        subject=subject,
        customer_id=about,
        reason=_sealed(redact(reason), about) if reason else "",
        facts=facts,
        now=now,
    )


def reason(said: Content) -> str | None:
    """The reason of a record; None when the person it was sealed for has been erased."""
    if not isinstance(said.reason, Sealed):
        return said.reason
    try:
        return seal.open_(said.reason.owner, said.reason.blob).decode()
    except seal.KeyDestroyed:
        return None


def link(*, now: datetime) -> int:
    """Link what waits; how many. One chain for the whole installation."""
    del now
    with transaction.atomic():
        return audit.link()


def _sealed(text: str, about: int | None) -> Sealed:
    if about is not None:
        with suppress(seal.KeyDestroyed):
            return Sealed(seal.owner_of(about), seal.seal(about, text.encode()))
    return Sealed(seal.AUDIT, seal.seal(seal.AUDIT, text.encode()))

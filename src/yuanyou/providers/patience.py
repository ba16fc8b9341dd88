"""How long one call of a port may take, whatever it asks of the company: a person may be waiting."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

BUDGET_SECONDS = 7.0
"""Less than the eight seconds that a port promises: our own work takes time too."""

_ends_at: ContextVar[float | None] = ContextVar("provider_deadline", default=None)


@contextmanager
def deadline() -> Iterator[None]:
    """Everything inside is done or given up within the budget; the outermost one counts."""
    if _ends_at.get() is not None:
        yield
        return
    token = _ends_at.set(time.monotonic() + BUDGET_SECONDS)
    try:
        yield
    finally:
        _ends_at.reset(token)


def seconds_left() -> float:
    """What remains of the budget, at most nothing when it is used up; all of it outside a deadline."""
    ends_at = _ends_at.get()
    return BUDGET_SECONDS if ends_at is None else ends_at - time.monotonic()

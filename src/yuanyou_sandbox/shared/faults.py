"""The switchboard of things that go wrong: each fault waits for the next calls it fits."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any

from yuanyou_sandbox.shared.store import Store

ANY = "*"
COMPANY, FACT = "", "faults"


@dataclass(slots=True)
class Fault:
    """`fault` goes wrong on the next `times` acts `on` (`*` for any), all or only `about` one object."""

    company: str
    fault: str
    on: str = ANY
    times: int = 1
    about: str | None = None
    seconds: float | None = None
    """How long it takes, for faults that take time."""
    value: str | None = None
    """What is said instead, for faults that say something wrong."""


class Faults:
    """Those that still wait, in the order they were asked for. They outlive a restart."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting = [Fault(**kept) for kept in store.fact(COMPANY, FACT) or []]

    def add(self, fault: Fault) -> None:
        self._waiting.append(fault)
        self._keep()

    def take(self, company: str, on: str, kinds: Collection[str], about: str | None = None) -> Fault | None:
        """The first that fits, counted down; None (nearly always) when all goes well."""
        if not self._waiting:
            return None
        for fault in self._waiting:
            if fault.company == company and fault.fault in kinds and _fits(fault, on, about):
                fault.times -= 1
                self._waiting = [each for each in self._waiting if each.times > 0]
                self._keep()
                return fault
        return None

    def waiting(self, company: str | None = None) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self._waiting if company in {None, fault.company}]

    def clear(self, company: str | None = None) -> None:
        """All goes well again."""
        self._waiting = [fault for fault in self._waiting if company not in {None, fault.company}]
        self._keep()

    def _keep(self) -> None:
        self._store.keep_fact(COMPANY, FACT, [asdict(fault) for fault in self._waiting])


def _fits(fault: Fault, on: str, about: str | None) -> bool:
    return fault.on in {ANY, on} and (fault.about is None or fault.about == about)

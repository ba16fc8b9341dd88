"""What a company gets to stand on. One per process."""

import secrets
from dataclasses import dataclass

from yuanyou_sandbox.settings import Settings
from yuanyou_sandbox.shared.clock import VirtualClock
from yuanyou_sandbox.shared.faults import Faults
from yuanyou_sandbox.shared.mishaps import Mishaps
from yuanyou_sandbox.shared.notices import Notices
from yuanyou_sandbox.shared.store import Store
from yuanyou_sandbox.shared.timers import Timers

FILE = "sandbox.sqlite3"


@dataclass(slots=True)
class World:
    """State and the few things that are the same for every company."""

    settings: Settings
    store: Store
    clock: VirtualClock
    faults: Faults
    mishaps: Mishaps
    notices: Notices
    timers: Timers

    @classmethod
    def open(cls, settings: Settings) -> "World":
        """With the state of the last time, if there was one."""
        settings.data.mkdir(parents=True, exist_ok=True)
        store = Store(settings.data / FILE)
        clock = VirtualClock(store, settings.clock_file)
        mishaps = Mishaps(store)
        notices = Notices(store, clock, mishaps)
        return cls(settings, store, clock, Faults(store), mishaps, notices, Timers(store, clock))

    def forget_everything(self) -> None:
        """All state, and what was read from it; secrets that were made at the first start stay."""
        kept = self.store.run("SELECT * FROM facts WHERE name LIKE 'secret%'")
        self.store.forget_everything()
        self.store.run_many("INSERT INTO facts VALUES (?, ?, ?)", kept)
        self.clock.reset()
        self.faults.clear()
        self.mishaps.clear()

    def secret(self, company: str, name: str, given: str | None, prefix: str) -> str:
        """`given`, or the one made at the first start."""
        if given:
            return given
        kept = self.store.fact(company, f"secret {name}")
        if kept is None:
            kept = prefix + secrets.token_hex(24)
            self.store.keep_fact(company, f"secret {name}", kept)
        return str(kept)

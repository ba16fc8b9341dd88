"""What becomes of the next notices: dropped, sent twice, delayed, held, or sent in the wrong order."""

from dataclasses import asdict, dataclass

from yuanyou_sandbox.shared.store import Store

COMPANY, FACT = "", "mishaps"
DROP, DUPLICATE, DELAY, HOLD, REORDER = "drop", "duplicate", "delay", "hold", "reorder"
MODES = (DROP, DUPLICATE, DELAY, HOLD, REORDER)
USUAL_COUNT = {REORDER: 2}


@dataclass(slots=True)
class Mishap:
    """`mode` befalls the next `count` notices of the company; `seconds` is how long a delay is."""

    company: str
    mode: str
    count: int
    seconds: float = 60


@dataclass(frozen=True, slots=True)
class Fate:
    """The rows one notice becomes, as (state, due_at); `turn_around`: now send what is held, last first."""

    rows: tuple[tuple[str, float], ...]
    turn_around: bool = False


class Mishaps:
    """Those ordered and not yet used up. They outlive a restart."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting = [Mishap(**kept) for kept in store.fact(COMPANY, FACT) or []]

    def add(self, mishap: Mishap) -> None:
        self._waiting.append(mishap)
        self._keep()

    def befall(self, company: str, now: float) -> Fate:
        """What happens to a notice that is made now."""
        mishap = next((each for each in self._waiting if each.company == company), None)
        if mishap is None:
            return Fate((("due", now),))
        mishap.count -= 1
        used_up = mishap.count <= 0
        if used_up:
            self._waiting.remove(mishap)
        self._keep()
        match mishap.mode:
            case "drop":
                return Fate((("dropped", now),))
            case "duplicate":
                return Fate((("due", now), ("due", now)))
            case "delay":
                return Fate((("due", now + mishap.seconds),))
            case _:
                return Fate((("held", now),), turn_around=used_up and mishap.mode == REORDER)

    def waiting(self) -> list[dict[str, object]]:
        return [asdict(mishap) for mishap in self._waiting]

    def clear(self) -> None:
        self._waiting = []
        self._keep()

    def _keep(self) -> None:
        self._store.keep_fact(COMPANY, FACT, self.waiting())

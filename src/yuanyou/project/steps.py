"""The steps of a story or a measurement: each is printed with its time, and the first that fails ends it."""

import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, field

Step = Callable[[str], AbstractContextManager[None]]
"""`with step("pay on the provider's page"): ...`; an exception in the block means: not as told."""


class NotAsTold(AssertionError):
    """A step went otherwise than the story says; the message says what was seen."""


@dataclass(frozen=True, slots=True)
class Done:
    """One step as it went. `error` None: as told."""

    name: str
    seconds: float
    error: str | None


@dataclass(slots=True)
class Steps:
    """Records steps and hands each line to `say`."""

    say: Callable[[str], None]
    done: list[Done] = field(default_factory=list)

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        except Exception as error:
            self._record(name, began, _worded(error))
            raise
        self._record(name, began, None)

    @property
    def as_told(self) -> bool:
        return all(step.error is None for step in self.done)

    def facts(self) -> list[dict[str, object]]:
        """For JSON."""
        return [asdict(step) for step in self.done]

    def _record(self, name: str, began: float, error: str | None) -> None:
        step = Done(name, round(time.perf_counter() - began, 4), error)
        self.done.append(step)
        sign = "ok  " if error is None else "FAIL"
        self.say(f"{sign} {step.seconds:8.3f} s  {name}" + (f": {error}" if error else ""))


def _worded(error: Exception) -> str:
    if isinstance(error, NotAsTold):
        return str(error)
    return traceback.format_exception_only(error)[-1].strip()

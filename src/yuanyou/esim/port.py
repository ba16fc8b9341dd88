"""What we need of an eSIM platform (SM-DP+): a profile for a line, and news of its life."""

from dataclasses import dataclass
from typing import Protocol


class EsimTrouble(Exception):
    """The platform did not give a clear answer; ask again with the same reference."""


class EsimRefused(Exception):
    """The platform said no."""


@dataclass(frozen=True, slots=True)
class IssuedProfile:
    """A profile as the platform knows it. `state` is a ProfileState value."""

    iccid: str
    smdp_address: str
    matching_id: str
    activation_code: str
    state: str
    eid: str | None = None


class EsimPlatform(Protocol):
    """Repeating `order` with the same reference gives the same profile."""

    def order(self, reference: str) -> IssuedProfile: ...

    def look_up(self, iccid: str) -> IssuedProfile: ...

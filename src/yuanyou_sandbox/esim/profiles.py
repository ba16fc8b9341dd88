"""Profiles and their life. Sources: ITU-T E.118 (ICCID), GSMA SGP.22 (activation code), SGP.29 (EID)."""

import secrets
from typing import Any

from yuanyou_sandbox.shared.store import Document, Page
from yuanyou_sandbox.shared.world import World

COMPANY = "esim"
KIND = "esim.profile"
ISSUER = "8901999"
"""Telecom, country code 1, an issuer number nobody has."""
SERIAL_DIGITS = 11
"""Random, so that a sandbox that was reset does not give the shop a number it has seen."""
SMDP_ADDRESS = "smdp.sandbox.example"
MATCHING_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
MOVES = {
    "released": ("downloaded",),
    "downloaded": ("installed", "deleted"),
    "installed": ("enabled", "deleted"),
    "enabled": ("disabled",),
    "disabled": ("enabled", "deleted"),
    "deleted": (),
}
STATES = tuple(MOVES)


class NotPossible(Exception):
    """A phone cannot do that with a profile in this state."""


class Profiles:
    def __init__(self, world: World) -> None:
        self._store, self._clock = world.store, world.clock

    def order(self, reference: str) -> Document:
        """The profile of a reference: a new one only the first time."""
        with self._store.transaction():
            known, _ = self._store.page(KIND, Page(limit=1, key=("reference", reference)))
            return known[0] if known else self._make(reference)

    def get(self, iccid: str) -> Document | None:
        return self._store.get(KIND, iccid)

    def newest(self, limit: int) -> list[Document]:
        return self._store.page(KIND, Page(limit=limit))[0]

    def count(self) -> int:
        return self._store.count(KIND)

    def move(self, profile: Document, state: str) -> Document:
        """What the phone does next. NotPossible when it cannot."""
        if state not in MOVES[profile["state"]]:
            raise NotPossible(f"{profile['state']} -> {state}")
        profile["state"] = state
        if state == "downloaded":
            profile["eid"] = new_eid()
        with self._store.transaction():
            self._store.replace(KIND, profile)
        return profile

    def _make(self, reference: str) -> Document:
        iccid = with_luhn(f"{ISSUER}{secrets.randbelow(10**SERIAL_DIGITS):0{SERIAL_DIGITS}}")
        matching_id = "-".join("".join(secrets.choice(MATCHING_ALPHABET) for _ in range(5)) for _ in range(3))
        profile: dict[str, Any] = {
            "id": iccid,
            "reference": reference,
            "iccid": iccid,
            "eid": None,
            "smdp_address": SMDP_ADDRESS,
            "matching_id": matching_id,
            "activation_code": f"LPA:1${SMDP_ADDRESS}${matching_id}",
            "state": "released",
        }
        self._store.insert(KIND, profile, created=int(self._clock.now()), keys={"reference": reference})
        return profile


def with_luhn(digits: str) -> str:
    """The digits and their check digit (ISO/IEC 7812-1 annex B)."""
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(digits)))
    total = sum(each // 10 + each % 10 for each in doubled)
    return f"{digits}{-total % 10}"


def new_eid() -> str:
    """32 digits of which the last two make the whole 1 modulo 97."""
    body = "89049032" + "".join(secrets.choice("0123456789") for _ in range(22))
    return f"{body}{98 - int(body) * 100 % 97:02d}"

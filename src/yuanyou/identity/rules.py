"""Pure decisions about people: how an address is written, how it is masked, who may do what."""

import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum

LANGUAGES = ("zh-hans", "zh-hant", "zh-hant-hk", "en")
MASK = "***"
EMAIL_LENGTH_MAX = 254
"""RFC 5321's longest path, without its angle brackets."""
_EMAIL = re.compile(r"[^\s@,;<>\"]+@(?:[^\s@.,;<>\"]+\.)+[^\s@.,;<>\"\d]{2,}")


class Role(StrEnum):
    """What a member of staff may do in the console."""

    VIEWER = "viewer"
    SUPPORT = "support"
    FINANCE = "finance"
    ADMIN = "admin"


_MAY_ACT_AS = {
    Role.VIEWER: {Role.VIEWER},
    Role.SUPPORT: {Role.VIEWER, Role.SUPPORT},
    Role.FINANCE: {Role.VIEWER, Role.FINANCE},
    Role.ADMIN: set(Role),
}
"""Support and finance cannot do each other's work; a small operator's admin can do all."""


class BadEmail(ValueError):
    """Not an e-mail address."""


def may_act_as(held: Role, needed: Role) -> bool:
    """Whether somebody with the role `held` may do what `needed` allows."""
    return needed in _MAY_ACT_AS[held]


def normalise_email(text: str) -> str:
    """One spelling per address: full-width forms folded, lower case, the domain in IDNA's ASCII. BadEmail."""
    folded = unicodedata.normalize("NFKC", text).strip().casefold()
    if not _EMAIL.fullmatch(folded):
        raise BadEmail(text)
    local, _, domain = folded.rpartition("@")
    try:
        email = f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        raise BadEmail(text) from None
    if len(email) > EMAIL_LENGTH_MAX:
        raise BadEmail(text)
    return email


def mask_name(name: str) -> str:
    """`mask_name("Li Mei")` is "L**": enough to recognise oneself, too little to learn a name."""
    return f"{name.strip()[0]}**" if name.strip() else ""


def mask_email(email: str) -> str:
    """`mask_email("lily@gmail.com")` is "l***@g***.com"."""
    local, _, domain = email.rpartition("@")
    label, _, rest = domain.rpartition(".")
    return f"{local[:1]}{MASK}@{label[:1]}{MASK}.{rest}"


def mask_phone(number: str) -> str:
    """`mask_phone("+19175550142")` is "***0142"."""
    return f"{MASK}{number[-4:]}"


def hint(name: str, email: str | None) -> str:
    """What a stranger who types a number sees of its owner: "L** · l***@g***.com"."""
    return " · ".join(part for part in (mask_name(name), mask_email(email) if email else "") if part)


def choose_cell(cells: Sequence[int], number: int) -> int:
    """The cell for the customer of account `number`: round robin, so that cells fill evenly."""
    return cells[number % len(cells)]

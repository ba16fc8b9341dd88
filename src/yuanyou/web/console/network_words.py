"""What the carrier was asked to do for a line, and what became of it, in plain words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yuanyou.network.rules import Kind, WishState

KINDS: dict[str, Promise] = {
    Kind.OPEN: _("Open service"),
    Kind.BAR: _("Bar charged services"),
    Kind.RESTORE: _("Restore service"),
    Kind.CLOSE: _("Close service"),
}
STATES: dict[str, tuple[str, Promise]] = {
    WishState.WANTED: ("wait", _("Waits to be sent")),
    WishState.ASKED: ("wait", _("Asked")),
    WishState.UNKNOWN: ("warn", _("Unknown: the carrier gave no clear answer")),
    WishState.ACCEPTED: ("wait", _("Accepted, not yet read back")),
    WishState.CONFIRMED: ("good", _("Read back")),
    WishState.REFUSED: ("bad", _("Refused by the carrier")),
    WishState.STUCK: ("bad", _("Given up: nobody knows")),
    WishState.SUPERSEDED: ("off", _("Not needed any more")),
}
TONES = {"good": "good", "bad": "bad"}


def kind(code: str) -> str:
    return str(KINDS[code])


def state(code: str) -> str:
    return str(STATES[code][1])


def tone(code: str) -> str:
    """How a timeline marks it: good, bad or empty."""
    return TONES.get(STATES[code][0], "")

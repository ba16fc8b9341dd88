"""The life of an eSIM profile."""

from enum import StrEnum

from yuanyou.kernel.state import Machine


class ProfileState(StrEnum):
    ORDERED = "ordered"
    RELEASED = "released"
    DOWNLOADED = "downloaded"
    INSTALLED = "installed"
    ENABLED = "enabled"
    DISABLED = "disabled"
    DELETED = "deleted"


class ProfileEvent(StrEnum):
    RELEASED = "released"
    DOWNLOADED = "downloaded"
    INSTALLED = "installed"
    ENABLED = "enabled"
    DISABLED = "disabled"
    DELETED = "deleted"


S, E = ProfileState, ProfileEvent
_ORDER = (S.RELEASED, S.DOWNLOADED, S.INSTALLED)
PROFILE = Machine(
    "profile",
    {
        (S.ORDERED, E.RELEASED): S.RELEASED,
        (S.RELEASED, E.DOWNLOADED): S.DOWNLOADED,
        # A platform may tell us only the latest fact: later facts are taken from any earlier state.
        **{(state, E.INSTALLED): S.INSTALLED for state in (S.RELEASED, S.DOWNLOADED)},
        **{(state, E.ENABLED): S.ENABLED for state in (*_ORDER, S.DISABLED)},
        (S.ENABLED, E.DISABLED): S.DISABLED,
        **{(state, E.DELETED): S.DELETED for state in (*_ORDER, S.ENABLED, S.DISABLED)},
    },
)


def deep_links(activation_code: str) -> dict[str, str]:
    """Links that open a phone's own installer. The Android one is de facto, so it is never the only way.

    The code goes in raw (`LPA:1$host$id`): handlers do not decode it.
    """
    return {
        "ios": f"https://esimsetup.apple.com/esim_qrcode_provisioning?carddata={activation_code}",
        "android": f"https://esimsetup.android.com/esim_qrcode_provisioning?carddata={activation_code}",
    }

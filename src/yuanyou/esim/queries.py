"""Reading eSIM profiles."""

from dataclasses import dataclass

from yuanyou.esim.models import Profile
from yuanyou.esim.rules import ProfileState, deep_links


@dataclass(frozen=True, slots=True)
class Install:
    """What a customer needs to put the eSIM on a phone. None of it while the profile is being made."""

    state: ProfileState
    smdp_address: str | None
    matching_id: str | None
    activation_code: str | None
    iccid: str | None
    links: dict[str, str]


def install_of(line_id: int) -> Install | None:
    """The living profile of a line."""
    profile = Profile.objects.filter(line_id=line_id).exclude(state=ProfileState.DELETED).first()
    if profile is None:
        return None
    code = profile.activation_code
    return Install(
        state=ProfileState(profile.state),
        smdp_address=profile.smdp_address,
        matching_id=profile.matching_id,
        activation_code=code,
        iccid=profile.iccid,
        links=deep_links(code) if code else {},
    )

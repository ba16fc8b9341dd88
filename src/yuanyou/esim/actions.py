"""Every write to eSIM profiles."""

from datetime import datetime, timedelta

from django.db import connection

from yuanyou.esim.models import Profile
from yuanyou.esim.port import IssuedProfile
from yuanyou.esim.rules import PROFILE, ProfileEvent, ProfileState
from yuanyou.kernel.sql import load

AGAIN_AFTER = (1, 2, 5, 15, 60, 300, 900, 3600)
"""Seconds between tries to get a profile; the last one again and again, for it is paid."""


def wish(line_id: int, *, now: datetime) -> Profile:
    """A profile is wanted for the line; the loop asks the platform."""
    return Profile.objects.create(line_id=line_id, ask_at=now, created_at=now)


def claim_due(*, now: datetime, lease: timedelta, limit: int) -> list[int]:
    """Wishes to ask the platform about, taken until the lease ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            load("yuanyou.esim.sql", "claim_due"), {"now": now, "until": now + lease, "limit": limit}
        )
        return [profile_id for (profile_id,) in cursor.fetchall()]


def issued(profile: Profile, told: IssuedProfile) -> None:
    """The platform made the profile."""
    if profile.state != ProfileState.ORDERED:
        return
    profile.iccid, profile.eid = told.iccid, told.eid
    profile.smdp_address, profile.matching_id = told.smdp_address, told.matching_id
    profile.activation_code, profile.ask_at = told.activation_code, None
    _move(profile, ProfileEvent.RELEASED)


def told(profile: Profile, state: str) -> None:
    """The platform says how far the profile is; earlier news than ours changes nothing."""
    if state == profile.state or state not in set(ProfileEvent):
        return
    event = ProfileEvent(state)
    if PROFILE.allows(ProfileState(profile.state), event):
        _move(profile, event)


def put_off(profile: Profile, *, now: datetime) -> None:
    """The platform did not answer: again later."""
    seconds = AGAIN_AFTER[min(profile.asked, len(AGAIN_AFTER) - 1)]
    profile.asked += 1
    profile.ask_at = now + timedelta(seconds=seconds)
    profile.save(update_fields=["asked", "ask_at"])


def _move(profile: Profile, event: ProfileEvent) -> None:
    profile.state = PROFILE.after(ProfileState(profile.state), event)
    profile.save()

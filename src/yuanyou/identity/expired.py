"""What is over and nobody needs: sessions, the devices they were on, entries of the shared cache.

All of it counts in real time, as signing in does: `at` is never the demo's travelling clock.
"""

from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Exists, OuterRef

from yuanyou.kernel.sql import load

JUST_SIGNED_IN = timedelta(days=1)
"""A device is listed a moment before its session is stored."""


def forget(*, at: datetime, limit: int) -> int:
    """Delete at most `limit` rows of each kind; how many in all."""
    sessions = Session.objects.filter(expire_date__lt=at)
    lasting = Session.objects.filter(session_key=OuterRef("session_key"))
    devices = UserSession.objects.filter(~Exists(lasting), created_at__lt=at - JUST_SIGNED_IN)
    gone, _ = Session.objects.filter(pk__in=list(sessions.values_list("pk", flat=True)[:limit])).delete()
    left, _ = UserSession.objects.filter(pk__in=list(devices.values_list("pk", flat=True)[:limit])).delete()
    with connection.cursor() as cursor:
        cursor.execute(load("yuanyou.identity.sql", "forget_cached"), {"at": at, "limit": limit})
        forgotten: int = gone + left + cursor.rowcount
    return forgotten

"""Home says how long a line still lasts."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from tests.houses import give_line
from tests.people import People
from tests.plans import MONTH
from yuanyou.identity.models import Account

pytestmark = pytest.mark.usefixtures("house")


@pytest.mark.parametrize(("days_ago", "words"), [(3, "27 days left"), (29, "1 day left"), (30, "Last day")])
def test_home_counts_the_days_after_today(people: People, days_ago: int, words: str) -> None:
    give_line(people.mei, plan=MONTH, now=settings.CLOCK.now() - timedelta(days=days_ago))
    client = Client(headers={"accept-language": "en"})
    client.force_login(Account.objects.get(pk=people.mei.account_id))
    assert f"<b>{words}</b>" in client.get("/home/").content.decode()

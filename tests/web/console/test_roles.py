"""Every address of the console is for one role, and refuses those who may not act as it."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.people import STAFF_PASSWORD, People
from tests.web.staff import sign_in
from yuanyou.identity import actions as identity
from yuanyou.identity.models import Account
from yuanyou.identity.rules import Role, may_act_as
from yuanyou.web.console.urls import urlpatterns

MONEY = (Role.SUPPORT, Role.FINANCE)
NEEDS: dict[str, Role | tuple[Role, ...]] = {
    "today": Role.VIEWER,
    "line": Role.SUPPORT,
    "line-ask": Role.SUPPORT,
    "order": MONEY,
    "refund-new": Role.SUPPORT,
    "refunds": MONEY,
    "refund": MONEY,
    "refund-act": Role.FINANCE,
    "disputes": MONEY,
    "dispute": MONEY,
    "dispute-ask": MONEY,
    "dispute-act": Role.FINANCE,
    "reconciliation": Role.FINANCE,
    "pull": Role.FINANCE,
    "case": Role.FINANCE,
    "customer": Role.SUPPORT,
    "reveal": Role.SUPPORT,
    "erase": Role.ADMIN,
    "log": Role.ADMIN,
    "books": Role.FINANCE,
}
ARGUMENTS: dict[str, list[object]] = {
    "line": ["line_1"],
    "line-ask": ["line_1"],
    "order": ["ord_1"],
    "refund-new": ["ord_1", "att_1"],
    "refund": ["ref_1"],
    "refund-act": ["ref_1", "approve"],
    "dispute": ["dsp_1"],
    "dispute-ask": ["dsp_1"],
    "dispute-act": ["dsp_1", "contest"],
    "case": [1],
    "customer": [1],
    "reveal": ["customer:1"],
    "erase": [1],
}


def address(name: str) -> str:
    return reverse(f"console:{name}", args=ARGUMENTS.get(name, []))


def test_every_address_is_listed_here() -> None:
    assert {each.name for each in urlpatterns} == set(NEEDS)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_role_opens_what_is_its_own_and_nothing_else(people: People, role: Role, method: str) -> None:
    identity.create_staff("one@yuanyou.example", name="One", role=role, password=STAFF_PASSWORD)
    client = Client()
    sign_in(client, "one@yuanyou.example")
    answers = {name: getattr(client, method)(address(name)).status_code == 403 for name in NEEDS}
    assert answers == {name: not may_open(role, needed) for name, needed in NEEDS.items()}


def may_open(role: Role, needed: Role | tuple[Role, ...]) -> bool:
    """One of several roles is enough."""
    return any(may_act_as(role, each) for each in (needed if isinstance(needed, tuple) else (needed,)))


@pytest.mark.parametrize("method", ["get", "post"])
def test_customers_open_nothing_and_strangers_are_shown_the_door(people: People, method: str) -> None:
    mei = Client()
    mei.force_login(Account.objects.get(pk=people.mei.account_id))
    for name in NEEDS:
        assert getattr(mei, method)(address(name)).status_code == 403, name
        assert getattr(Client(), method)(address(name)).status_code == 302, name

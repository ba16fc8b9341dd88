"""The console's pages: who may open them, what one box finds, what a line and an order tell."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from tests.houses import fund, give_line, renew
from tests.people import STAFF_PASSWORD, People
from tests.plans import MONTH
from tests.web.staff import sign_in
from yuanyou.flows import receipts
from yuanyou.flows.step import in_cell
from yuanyou.identity import actions as identity
from yuanyou.identity.models import Account
from yuanyou.identity.rules import Role
from yuanyou.kernel.ids import Ref
from yuanyou.lines.models import Line

pytestmark = pytest.mark.usefixtures("house")


@pytest.fixture
def ops(people: People) -> Client:
    client = Client(headers={"accept-language": "en"})
    sign_in(client, people.ops_email)
    return client


@pytest.fixture
def line_id(people: People) -> int:
    now = settings.CLOCK.now()
    found = give_line(people.mei, now=now - timedelta(days=3))
    fund(people.mei, 10_000, now=now)
    renew(found, MONTH, now=now)
    receipts.number(1, now=now)
    return found


def line_of(line_id: int) -> Line:
    with in_cell(1):
        return Line.objects.get(pk=line_id)


def test_one_box_finds_a_line_by_number_iccid_mail_or_reference(ops: Client, line_id: int) -> None:
    line = line_of(line_id)
    for typed in (line.number, line.number[2:], line.iccid, "mei@example.com", line.ref, line.ref.lower()):
        answer = ops.get("/console/", {"q": typed})
        assert (answer.status_code, answer["Location"]) == (302, f"/console/lines/{line.ref}/"), typed


def test_one_box_finds_an_order_by_its_receipt(ops: Client, line_id: int) -> None:
    answer = ops.get("/console/", {"q": "Y1-000002"}, follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain[0][0].startswith("/console/orders/ord_")
    assert "wallet part taken" in page
    assert "term sold" in page


def test_what_is_nobodys_is_said_to_be(ops: Client, line_id: int) -> None:
    for typed in ("Y9-000001", "ord_ZZZZ", "att_1", "line_!", "stranger@example.com", "123"):
        assert "Nothing of ours" in ops.get("/console/", {"q": typed}).content.decode(), typed


@pytest.mark.parametrize("typed", ["4242 4242 4242 4242", "4242424242424242", "4242-4242-4242-4242"])
def test_the_box_does_not_say_a_card_number_again(ops: Client, typed: str) -> None:
    answer = ops.get("/console/", {"q": f"paid by {typed}"}, follow=True)
    page = answer.content.decode()
    assert "paid by [card 4242]" in page
    assert "4242" in answer.redirect_chain[0][0]
    assert typed not in answer.redirect_chain[0][0]
    assert typed not in page


def test_a_line_tells_its_story_and_masks_its_owner(ops: Client, line_id: int) -> None:
    page = ops.get(f"/console/lines/{Ref('line', line_id)}/").content.decode()
    assert page.index("renewed") < page.index("activated")
    assert "m***@e***.com" in page
    assert "mei@example.com" not in page


def test_the_books_of_every_cell_are_shown(ops: Client, line_id: int) -> None:
    page = ops.get("/console/books/").content.decode()
    assert "Cell 1" in page
    assert "liabilities:deferred:voice" in page
    assert "Cell 2" in page


@pytest.mark.parametrize("path", ["/console/", "/console/books/"])
def test_customers_and_strangers_are_kept_out(people: People, path: str) -> None:
    assert Client().get(path).status_code == 302
    mei = Client()
    mei.force_login(Account.objects.get(pk=people.mei.account_id))
    assert mei.get(path).status_code == 403


def test_support_does_not_see_the_books(people: People) -> None:
    identity.create_staff("help@yuanyou.example", name="Help", role=Role.SUPPORT, password=STAFF_PASSWORD)
    client = Client()
    sign_in(client, "help@yuanyou.example")
    assert client.get("/console/").status_code == 200
    assert client.get("/console/books/").status_code == 403

"""Receipts as pages and files: what they state, in whose language, for whose eyes."""

import zlib
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from tests.houses import fund, give_line, renew
from tests.people import People
from tests.plans import MONTH
from tests.web.customer.test_renew import signed_in
from yuanyou.flows import links, receipts
from yuanyou.orders.models import Order

pytestmark = pytest.mark.usefixtures("house")


@pytest.fixture
def order(people: People) -> Order:
    now = settings.CLOCK.now()
    line_id = give_line(people.mei, now=now - timedelta(days=3))
    fund(people.mei, 10_000, now=now)
    bought = renew(line_id, MONTH, now=now)
    receipts.number(1, now=now)
    return bought


def page_of(order: Order) -> str:
    return links.order_page(order).removeprefix(settings.CONFIG.site_url)


def test_a_receipt_states_number_lines_taxes_total_and_tender(order: Order) -> None:
    page = Client().get(page_of(order) + "receipt/").content.decode().replace("\xa0", " ")
    for words in ("Y1-000002", "USD 25.00", "Sales tax", "USD 1.00", "USD 0.90", "USD 26.90", "Wallet"):
        assert words in page, words


@pytest.mark.parametrize(("language", "word"), [("en", "Receipt"), ("zh-hans", "收据"), ("zh-hant", "收據")])
def test_the_file_has_every_glyph(order: Order, language: str, word: str) -> None:
    client = Client(headers={"accept-language": language})
    assert word in client.get(page_of(order) + "receipt/").content.decode()
    answer = client.get(page_of(order) + "receipt.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    if language != "en":
        assert b"CJK" in _unpacked(answer.content)


def test_another_secret_opens_nothing(order: Order, people: People) -> None:
    ref = page_of(order).split("/")[2]
    wrong = f"/orders/{ref}/00000000-0000-4000-8000-000000000000/"
    for page in (wrong, wrong + "receipt/", wrong + "receipt.pdf"):
        assert signed_in(people.mei).get(page).status_code == 404


def test_the_list_shows_ones_own_receipts_only(order: Order, people: People) -> None:
    assert "Y1-000002" in signed_in(people.mei).get("/receipts/").content.decode()
    assert "Y1-000002" not in signed_in(people.ada).get("/receipts/").content.decode()


def _unpacked(pdf: bytes) -> bytes:
    """The file with its compressed parts readable."""
    parts = [pdf]
    for chunk in pdf.split(b"stream\n")[1:]:
        try:
            parts.append(zlib.decompressobj().decompress(chunk))
        except zlib.error:
            continue
    return b"".join(parts)

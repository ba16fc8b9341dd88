"""What every payment adapter must do, whoever the company is: one suite, unchanged for all of them.

An adapter's own test names a `Company` and inherits `PaymentContract`; nothing here knows a company.
"""

import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from uuid import uuid4

import pytest

from yuanyou.kernel.money import Money
from yuanyou.payments.port import (
    Ask,
    BadNotice,
    Closed,
    Misconfigured,
    PaymentProvider,
    ProviderTrouble,
    RefundAsk,
    RefundTold,
    Refused,
    Snapshot,
    Told,
    Unknown,
)

SILENCES = ("timeout_before", "timeout_after")
NO_ANSWERS = (*SILENCES, "error_500", "malformed")


@dataclass(frozen=True, slots=True)
class Sent:
    """A notice as it came over the wire."""

    headers: Mapping[str, str]
    body: bytes


class Company(Protocol):
    """The simulated company and its customers, as far as the contract needs them."""

    def adapter(self, *, right_keys: bool = True, secrets: tuple[str, ...] | None = None) -> PaymentProvider:
        """Our adapter, turned to this company; `secrets` None: the one it signs with."""
        ...

    def pay(self, provider_ref: str, *, late: bool = False) -> None: ...

    def decline(self, provider_ref: str) -> None: ...

    def challenge(self, provider_ref: str, *, passed: bool) -> None:
        """The customer's bank asks who it is (3-D Secure)."""
        ...

    def slow_page(self, ask: Ask) -> str:
        """A page for this attempt where the customer chose a method whose money comes days later."""
        ...

    def money_comes(self, provider_ref: str, *, at_last: bool) -> None: ...

    def expire(self, provider_ref: str) -> None: ...

    def pages(self) -> int:
        """How many pay pages were ever made there."""
        ...

    def refunded(self) -> int:
        """Minor units it has sent back, all in all."""
        ...

    def refunds_will_fail(self) -> None:
        """The next refund is accepted, and fails later."""
        ...

    def let_refunds_settle(self, refund_ref: str) -> None: ...

    def trouble(self, how: str, act: str, *, times: int = 99) -> AbstractContextManager[None]:
        """Meanwhile answers to create, query, close or refund go wrong (the first `times`)."""
        ...

    def notice_of(self, provider_ref: str, *, secret: str | None = None) -> Sent:
        """What it sent when this page was paid, byte for byte, for this secret (None: the first)."""
        ...

    def sign(self, body: bytes, *, secret: str | None = None, age: timedelta = timedelta()) -> Sent:
        """A notice signed as the company does, `age` ago."""
        ...

    def days_end(self) -> None:
        """Time passes until the statement of today is written."""
        ...

    def rotate(self) -> str:
        """A new secret; the old one signs along for an hour."""
        ...


def asked(minor: int = 2690, currency: str = "USD", **more: Any) -> Ask:
    ref = f"att_{uuid4().hex[:12]}"
    ask = Ask(
        ref=ref,
        idempotency_key=ref,
        amount=Money(minor, currency),
        method="card",
        provider_ref=None,
        description="US 30 days · 美国 30 天",
        language="zh-hans",
        email=None,
        return_url="http://127.0.0.1:9/paid/",
        cancel_url="http://127.0.0.1:9/left/",
        expires_at=datetime.now(UTC) + timedelta(minutes=45),
    )
    return replace(ask, **more)


class PaymentContract:
    """Inherit with a fixture `company`."""

    @pytest.fixture
    def adapter(self, company: Company) -> PaymentProvider:
        return company.adapter()

    @pytest.fixture
    def shown(self, adapter: PaymentProvider) -> Ask:
        """An attempt whose pay page is open."""
        ask = asked()
        return replace(ask, provider_ref=adapter.create(ask).provider_ref)

    @pytest.fixture
    def paid(self, company: Company, shown: Ask) -> Ask:
        company.pay(_page(shown))
        return shown

    # Create

    def test_create_gives_a_page_of_a_host_we_let_through(self, adapter: PaymentProvider) -> None:
        action = adapter.create(asked())
        assert any(f"//{host}/" in action.url for host in adapter.capabilities().pay_hosts)
        assert action.expires_at is None or action.expires_at > datetime.now(UTC)

    def test_create_repeated_gives_the_same_page(self, company: Company, adapter: PaymentProvider) -> None:
        ask = asked()
        assert adapter.create(ask) == adapter.create(ask)
        assert company.pages() == 1

    def test_the_same_key_with_another_body_is_no_second_page(
        self, company: Company, adapter: PaymentProvider
    ) -> None:
        ask = asked()
        adapter.create(ask)
        with pytest.raises(ProviderTrouble):
            adapter.create(replace(ask, amount=Money(1, "USD") + ask.amount))
        assert company.pages() == 1

    def test_a_request_it_cannot_take_is_refused_and_nothing_is_there(
        self, company: Company, adapter: PaymentProvider
    ) -> None:
        with pytest.raises(Refused):
            adapter.create(asked(minor=1))
        assert company.pages() == 0

    @pytest.mark.parametrize("how", NO_ANSWERS)
    def test_no_answer_to_create_is_unknown_and_the_same_key_finds_it(
        self, company: Company, adapter: PaymentProvider, how: str
    ) -> None:
        ask = asked()
        with company.trouble(how, "create"), pytest.raises(Unknown):
            adapter.create(ask)
        found = adapter.query(ask)
        assert (found.told, found.ref, found.amount) == (Told.ACTION_REQUIRED, ask.ref, ask.amount)
        assert adapter.create(ask).provider_ref == found.provider_ref
        assert company.pages() == 1

    def test_a_silent_create_that_was_paid_is_found_as_paid(
        self, company: Company, adapter: PaymentProvider
    ) -> None:
        ask = asked()
        with company.trouble("timeout_after", "create"), pytest.raises(Unknown):
            adapter.create(ask)
        company.pay(adapter.query(ask).provider_ref)
        assert adapter.query(ask).told is Told.SUCCEEDED

    def test_one_server_error_is_tried_again_with_the_same_key(
        self, company: Company, adapter: PaymentProvider
    ) -> None:
        with company.trouble("error_500", "create", times=1):
            adapter.create(asked())
        assert company.pages() == 1

    def test_a_hung_company_is_left_before_the_deadline(
        self, company: Company, adapter: PaymentProvider
    ) -> None:
        started = time.monotonic()
        with company.trouble("hang", "create"), pytest.raises(Unknown):
            adapter.create(asked())
        assert time.monotonic() - started < adapter.capabilities().deadline_seconds

    # Query

    def test_a_payment_is_told_in_full(self, adapter: PaymentProvider, paid: Ask) -> None:
        told = adapter.query(paid)
        assert (told.told, told.ref, told.amount) == (Told.SUCCEEDED, paid.ref, paid.amount)
        assert told.merchant == adapter.merchant
        assert told.charge_ref
        assert told.fee is not None
        assert 0 < told.fee.minor < paid.amount.minor
        assert set(told.card) == {"brand", "last4"}

    def test_asking_again_changes_nothing(self, adapter: PaymentProvider, paid: Ask) -> None:
        assert adapter.query(paid) == adapter.query(paid)

    def test_a_page_that_nobody_used_waits_for_its_customer(
        self, adapter: PaymentProvider, shown: Ask
    ) -> None:
        told = adapter.query(shown)
        assert told.told is Told.ACTION_REQUIRED
        assert told.next_url
        assert told.charge_ref is None

    def test_a_decline_is_not_the_end(self, company: Company, adapter: PaymentProvider, shown: Ask) -> None:
        company.decline(_page(shown))
        assert adapter.query(shown).told is Told.ACTION_REQUIRED
        company.pay(_page(shown))
        assert adapter.query(shown).told is Told.SUCCEEDED

    @pytest.mark.parametrize(("passed", "told"), [(True, Told.SUCCEEDED), (False, Told.ACTION_REQUIRED)])
    def test_the_banks_question_is_part_of_paying(
        self, company: Company, adapter: PaymentProvider, shown: Ask, passed: bool, told: Told
    ) -> None:
        company.challenge(_page(shown), passed=passed)
        assert adapter.query(shown).told is told

    @pytest.mark.parametrize(("at_last", "told"), [(True, Told.SUCCEEDED), (False, Told.FAILED)])
    def test_money_under_way_is_processing_until_the_bank_has_spoken(
        self, company: Company, adapter: PaymentProvider, at_last: bool, told: Told
    ) -> None:
        ask = asked()
        ask = replace(ask, provider_ref=company.slow_page(ask))
        assert adapter.query(ask).told is Told.PROCESSING
        company.money_comes(_page(ask), at_last=at_last)
        assert adapter.query(ask).told is told

    def test_money_for_an_expired_page_is_told_as_paid(
        self, company: Company, adapter: PaymentProvider, shown: Ask
    ) -> None:
        company.expire(_page(shown))
        assert adapter.query(shown).told is Told.EXPIRED
        company.pay(_page(shown), late=True)
        assert adapter.query(shown).told is Told.SUCCEEDED

    def test_a_page_it_never_heard_of_settles_nothing(self, adapter: PaymentProvider) -> None:
        with pytest.raises(ProviderTrouble):
            adapter.query(asked(provider_ref="cs_nobody"))

    @pytest.mark.parametrize("how", NO_ANSWERS)
    def test_no_answer_to_a_question_is_unknown(
        self, company: Company, adapter: PaymentProvider, paid: Ask, how: str
    ) -> None:
        with company.trouble(how, "query"), pytest.raises(Unknown):
            adapter.query(paid)
        assert adapter.query(paid).told is Told.SUCCEEDED

    @pytest.mark.parametrize("lie", ["wrong_amount", "wrong_currency", "wrong_reference"])
    def test_what_is_told_is_passed_on_not_what_we_expect(
        self, company: Company, adapter: PaymentProvider, paid: Ask, lie: str
    ) -> None:
        with company.trouble(lie, "query"):
            told = adapter.query(paid)
        wrong = {
            "wrong_amount": told.amount.minor != paid.amount.minor,
            "wrong_currency": told.amount.currency != paid.amount.currency,
            "wrong_reference": told.ref != paid.ref,
        }
        assert told.told is Told.SUCCEEDED
        assert [name for name, is_wrong in wrong.items() if is_wrong] == [lie]

    # Amounts

    def test_every_currency_comes_back_as_it_went(self, company: Company, adapter: PaymentProvider) -> None:
        told = {
            code: _paid_and_told(company, adapter, code)
            for code in adapter.capabilities().methods[0].currencies
        }
        assert {code: snapshot.amount for code, snapshot in told.items()} == {
            code: Money(20_000, code) for code in told
        }
        assert all(snapshot.fee is None or snapshot.fee.currency == code for code, snapshot in told.items())

    # Close

    def test_a_closed_page_cannot_be_paid_and_closing_twice_is_harmless(
        self, adapter: PaymentProvider, shown: Ask
    ) -> None:
        assert adapter.close(shown) is Closed.CLOSED
        assert adapter.close(shown) is Closed.CLOSED
        assert adapter.query(shown).told in {Told.EXPIRED, Told.CANCELED}

    def test_what_is_paid_cannot_be_closed(self, adapter: PaymentProvider, paid: Ask) -> None:
        assert adapter.close(paid) is Closed.ALREADY_PAID
        assert adapter.query(paid).told is Told.SUCCEEDED

    def test_a_page_we_never_saw_is_closed_too(self, company: Company, adapter: PaymentProvider) -> None:
        ask = asked()
        with company.trouble("timeout_after", "create"), pytest.raises(Unknown):
            adapter.create(ask)
        assert adapter.close(ask) is Closed.CLOSED
        assert adapter.query(ask).told in {Told.EXPIRED, Told.CANCELED}

    @pytest.mark.parametrize("how", NO_ANSWERS)
    def test_no_answer_to_closing_is_unknown(
        self, company: Company, adapter: PaymentProvider, shown: Ask, how: str
    ) -> None:
        with company.trouble(how, "close"), pytest.raises(Unknown):
            adapter.close(shown)
        assert adapter.close(shown) is Closed.CLOSED

    # Refunds

    def test_refunds_up_to_the_total_and_not_a_cent_more(
        self, company: Company, adapter: PaymentProvider, paid: Ask
    ) -> None:
        for part in (1_000, 1_500, 190):
            assert adapter.refund(_back(adapter, paid, part)).told is RefundTold.SUCCEEDED
        with pytest.raises(Refused):
            adapter.refund(_back(adapter, paid, 1))
        assert company.refunded() == paid.amount.minor

    def test_a_refund_of_more_than_was_paid_is_refused(
        self, company: Company, adapter: PaymentProvider, paid: Ask
    ) -> None:
        with pytest.raises(Refused):
            adapter.refund(_back(adapter, paid, paid.amount.minor + 1))
        assert company.refunded() == 0

    def test_a_refund_repeated_is_one_refund(
        self, company: Company, adapter: PaymentProvider, paid: Ask
    ) -> None:
        ask = _back(adapter, paid, 700)
        assert adapter.refund(ask) == adapter.refund(ask)
        assert company.refunded() == 700

    @pytest.mark.parametrize("how", NO_ANSWERS)
    def test_no_answer_to_a_refund_is_unknown_and_the_same_key_refunds_once(
        self, company: Company, adapter: PaymentProvider, paid: Ask, how: str
    ) -> None:
        ask = _back(adapter, paid, 700)
        with company.trouble(how, "refund"), pytest.raises(Unknown):
            adapter.refund(ask)
        assert adapter.refund(ask).told is RefundTold.SUCCEEDED
        assert company.refunded() == 700

    def test_a_refund_may_fail_later(self, company: Company, adapter: PaymentProvider, paid: Ask) -> None:
        company.refunds_will_fail()
        ask = _back(adapter, paid, 700)
        begun = adapter.refund(ask)
        assert begun.told is RefundTold.PENDING
        company.let_refunds_settle(begun.provider_ref)
        ended = adapter.query_refund(replace(ask, provider_ref=begun.provider_ref))
        assert (ended.told, ended.amount) == (RefundTold.FAILED, ask.amount)
        assert ended.reason

    # Notices

    def test_a_notice_is_proved_and_says_what_it_is_about(
        self, company: Company, adapter: PaymentProvider, paid: Ask
    ) -> None:
        notice, *more = _parsed(adapter, company.notice_of(_page(paid)))
        assert more == []
        assert (notice.ref, notice.provider_ref) == (paid.ref, paid.provider_ref)
        assert notice.notice_id

    def test_a_notice_sent_again_is_the_same_notice(
        self, company: Company, adapter: PaymentProvider, paid: Ask
    ) -> None:
        sent = company.notice_of(_page(paid))
        again = company.sign(sent.body, age=timedelta(seconds=60))
        assert _parsed(adapter, sent) == _parsed(adapter, again)

    @pytest.mark.parametrize("spelling", [str.lower, str.upper, str.title])
    def test_header_names_have_no_case(
        self, company: Company, adapter: PaymentProvider, paid: Ask, spelling: Any
    ) -> None:
        sent = company.notice_of(_page(paid))
        headers = {spelling(name): value for name, value in sent.headers.items()}
        assert _parsed(adapter, replace(sent, headers=headers))

    def test_another_secret_is_no_proof(self, company: Company, adapter: PaymentProvider, paid: Ask) -> None:
        sent = company.notice_of(_page(paid))
        assert _parsed(adapter, company.sign(sent.body))
        _refuses(adapter, company.sign(sent.body, secret="of somebody else"))

    def test_no_signature_is_no_proof(self, company: Company, adapter: PaymentProvider, paid: Ask) -> None:
        _refuses(adapter, replace(company.notice_of(_page(paid)), headers={}))

    def test_without_a_secret_nothing_is_proved(self, company: Company, paid: Ask) -> None:
        _refuses(company.adapter(secrets=()), company.notice_of(_page(paid)))

    @pytest.mark.parametrize("age", [timedelta(minutes=10), timedelta(minutes=5, seconds=5)])
    def test_an_old_notice_is_not_taken(
        self, company: Company, adapter: PaymentProvider, paid: Ask, age: timedelta
    ) -> None:
        body = company.notice_of(_page(paid)).body
        assert _parsed(adapter, company.sign(body, age=timedelta(minutes=4)))
        _refuses(adapter, company.sign(body, age=age))

    @pytest.mark.parametrize(
        "changed",
        [
            lambda body: body.replace(b":", b": "),
            lambda body: body + b"\n",
            lambda body: body.decode().encode("utf-16"),
            bytes.swapcase,
        ],
    )
    def test_only_the_very_bytes_are_proved(
        self, company: Company, adapter: PaymentProvider, paid: Ask, changed: Any
    ) -> None:
        sent = company.notice_of(_page(paid))
        other = changed(sent.body)
        assert other != sent.body
        _refuses(adapter, replace(sent, body=other))

    @pytest.mark.parametrize("body", [b"", b"not json", b"[]", b"{}", b"null", b"\xff\xfe"])
    def test_what_is_signed_but_not_understood_is_a_bad_notice(
        self, company: Company, adapter: PaymentProvider, body: bytes
    ) -> None:
        _refuses(adapter, company.sign(body))

    def test_while_a_secret_rotates_the_old_one_and_the_new_one_both_prove(
        self, company: Company, adapter: PaymentProvider, shown: Ask
    ) -> None:
        new = company.rotate()
        company.pay(_page(shown))
        sent = company.notice_of(_page(shown))
        assert _parsed(adapter, sent)
        assert _parsed(company.adapter(secrets=(new,)), company.notice_of(_page(shown), secret=new))
        both = company.adapter(secrets=("not this one", new))
        assert _parsed(both, company.sign(sent.body, secret=new))
        _refuses(adapter, company.sign(sent.body, secret=new))

    def test_it_is_told_what_became_of_its_notice(self, adapter: PaymentProvider) -> None:
        assert adapter.ack(kept=True).status == 200
        assert adapter.ack(kept=False).status >= 400

    # Set-up

    def test_wrong_keys_are_our_mistake_and_settle_nothing(self, company: Company, paid: Ask) -> None:
        wrong = company.adapter(right_keys=False)
        refund = RefundAsk(
            ref="ref_1", idempotency_key="ref_1", amount=paid.amount, charge_ref="ch", provider_ref=None
        )
        for act in (
            lambda: wrong.create(asked()),
            lambda: wrong.query(paid),
            lambda: wrong.query(replace(paid, provider_ref=None)),
            lambda: wrong.close(paid),
            lambda: wrong.refund(refund),
        ):
            with pytest.raises(Misconfigured):
                act()

    # Statement

    def test_the_days_statement_has_each_movement_once(
        self, company: Company, adapter: PaymentProvider, paid: Ask
    ) -> None:
        fee = adapter.query(paid).fee
        adapter.refund(_back(adapter, paid, 700))
        today = datetime.now(UTC).date()
        company.days_end()
        lines = [line for day in (today, today - timedelta(days=1)) for line in adapter.statement(day)]
        assert sorted(line.gross.minor for line in lines) == [-700, paid.amount.minor]
        assert [line.fee for line in lines if line.gross == paid.amount] == [fee]
        assert list(adapter.statement(today - timedelta(days=30))) == []


def _page(ask: Ask) -> str:
    assert ask.provider_ref
    return ask.provider_ref


def _paid_and_told(company: Company, adapter: PaymentProvider, currency: str) -> Snapshot:
    ask = asked(20_000, currency)
    page = adapter.create(ask).provider_ref
    company.pay(page)
    return adapter.query(replace(ask, provider_ref=page))


def _back(adapter: PaymentProvider, paid: Ask, minor: int) -> RefundAsk:
    charge, ref = adapter.query(paid).charge_ref, f"ref_{uuid4().hex[:12]}"
    assert charge
    amount = Money(minor, paid.amount.currency)
    return RefundAsk(ref=ref, idempotency_key=ref, amount=amount, charge_ref=charge, provider_ref=None)


def _parsed(adapter: PaymentProvider, sent: Sent) -> list[Any]:
    return adapter.parse_notice(headers=sent.headers, body=sent.body, now=datetime.now(UTC))


def _refuses(adapter: PaymentProvider, sent: Sent) -> None:
    with pytest.raises(BadNotice):
        _parsed(adapter, sent)

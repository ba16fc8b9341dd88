"""Notices: proved from their very bytes or not taken, whatever they say."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.providers.contract.base import Part
from tests.providers.contract.company import (
    Company,
    asked_of,
    heard,
    page_of,
    paid_of,
    parsed,
    refuses,
    sent,
    together,
)
from yuanyou.payments.port import About, Ask, PaymentProvider, Told

MINUTES_10, MINUTES_4 = timedelta(minutes=10), timedelta(minutes=4)
JUST_TOO_FAR = timedelta(minutes=5, seconds=5)


class Notices(Part):
    def test_a_notice_is_proved_and_says_what_it_is_about(
        self, company: Company, adapter: PaymentProvider, paid: Ask
    ) -> None:
        notice, *more = parsed(adapter, company.notice_of(page_of(paid)))
        assert more == []
        assert (notice.ref, notice.provider_ref, notice.about) == (
            paid.ref,
            paid.provider_ref,
            About.ATTEMPT,
        )
        assert notice.notice_id
        assert notice.dispute_ref is None

    def test_a_notice_is_about_its_own_attempt_and_no_other_of_the_order(
        self, company: Company, adapter: PaymentProvider, paid: Ask
    ) -> None:
        other = sent(adapter, asked_of(adapter))
        (notice,) = parsed(adapter, company.notice_of(page_of(paid)))
        assert notice.ref != other.ref
        assert notice.provider_ref != other.provider_ref
        assert adapter.query(other).told is Told.ACTION_REQUIRED

    def test_a_notice_sent_again_is_the_same_notice(
        self, company: Company, adapter: PaymentProvider, paid: Ask
    ) -> None:
        sent_first = company.notice_of(page_of(paid))
        again = company.sign(sent_first.body, age=timedelta(seconds=60))
        assert parsed(adapter, sent_first) == parsed(adapter, again)

    def test_fifty_duplicates_at_once_are_the_same_notice(
        self, company: Company, adapter: PaymentProvider, paid: Ask
    ) -> None:
        one = company.notice_of(page_of(paid))
        told = together([lambda: parsed(adapter, one)] * 50)
        assert told == [parsed(adapter, one)] * 50

    def test_two_notices_are_two(self, company: Company, adapter: PaymentProvider) -> None:
        pages = [page_of(paid_of(company, adapter)[0]) for _ in range(2)]
        (first,), (second,) = (parsed(adapter, company.notice_of(page)) for page in pages)
        assert first.notice_id != second.notice_id

    def test_all_that_it_sends_is_understood(
        self, company: Company, adapter: PaymentProvider, paid: Ask
    ) -> None:
        company.refund_by_hand(page_of(paid), 500)
        heard(company, adapter, lambda notice: "refund" in notice.kind.lower())
        told = [notice for each in company.notices() for notice in parsed(adapter, each)]
        assert len({notice.notice_id for notice in told}) == len(company.notices()) > 1

    @pytest.mark.parametrize("spelling", [str.lower, str.upper, str.title])
    def test_header_names_have_no_case(
        self, company: Company, adapter: PaymentProvider, paid: Ask, spelling: Callable[[str], str]
    ) -> None:
        one = company.notice_of(page_of(paid))
        headers = {spelling(name): value for name, value in one.headers.items()}
        assert parsed(adapter, replace(one, headers=headers)) == parsed(adapter, one)

    def test_another_secret_is_no_proof(self, company: Company, adapter: PaymentProvider, paid: Ask) -> None:
        one = company.notice_of(page_of(paid))
        assert parsed(adapter, company.sign(one.body))
        refuses(adapter, company.sign(one.body, secret="of somebody else"))

    def test_no_signature_is_no_proof(self, company: Company, adapter: PaymentProvider, paid: Ask) -> None:
        refuses(adapter, replace(company.notice_of(page_of(paid)), headers={}))

    @pytest.mark.parametrize("secrets", [(), ("",), (" ",)])
    def test_without_a_secret_nothing_is_proved(
        self, company: Company, paid: Ask, secrets: tuple[str, ...]
    ) -> None:
        one = company.notice_of(page_of(paid))
        refuses(company.adapter(secrets=secrets), one)

    @pytest.mark.parametrize("age", [MINUTES_10, JUST_TOO_FAR, -JUST_TOO_FAR, -MINUTES_10])
    def test_a_notice_of_another_time_is_not_taken(
        self, company: Company, adapter: PaymentProvider, paid: Ask, age: timedelta
    ) -> None:
        body = company.notice_of(page_of(paid)).body
        refuses(adapter, company.sign(body, age=age))

    @pytest.mark.parametrize("age", [MINUTES_4, -MINUTES_4])
    def test_a_few_minutes_are_nothing(
        self, company: Company, adapter: PaymentProvider, paid: Ask, age: timedelta
    ) -> None:
        body = company.notice_of(page_of(paid)).body
        assert parsed(adapter, company.sign(body, age=age))

    @pytest.mark.parametrize("off", [MINUTES_10, -MINUTES_10])
    def test_with_a_wrong_clock_of_ours_nothing_is_taken(
        self, company: Company, adapter: PaymentProvider, paid: Ask, off: timedelta
    ) -> None:
        refuses(adapter, company.sign(company.notice_of(page_of(paid)).body), clock_off=off)

    @pytest.mark.parametrize(
        "changed",
        [
            lambda body: re.sub(rb"[:=]", rb"\g<0> ", body),
            lambda body: body + b"\n",
            lambda body: body.decode().encode("utf-16"),
            bytes.swapcase,
        ],
    )
    def test_only_the_very_bytes_are_proved(
        self, company: Company, adapter: PaymentProvider, paid: Ask, changed: Callable[[bytes], bytes]
    ) -> None:
        one = company.notice_of(page_of(paid))
        other = changed(one.body)
        assert other != one.body
        refuses(adapter, replace(one, body=other))

    @pytest.mark.parametrize("body", [b"", b"not json", b"[]", b"{}", b"null", b"\xff\xfe"])
    def test_what_is_signed_but_not_understood_is_a_bad_notice(
        self, company: Company, adapter: PaymentProvider, body: bytes
    ) -> None:
        refuses(adapter, company.sign(body))

    def test_while_a_secret_rotates_the_old_one_and_the_new_one_both_prove(
        self, company: Company, adapter: PaymentProvider, shown: Ask
    ) -> None:
        new = company.rotate()
        company.pay(page_of(shown))
        one = company.notice_of(page_of(shown))
        assert parsed(adapter, one)
        assert parsed(company.adapter(secrets=(new,)), company.notice_of(page_of(shown), secret=new))
        both = company.adapter(secrets=("not this one", new))
        assert parsed(both, company.sign(one.body, secret=new))
        refuses(adapter, company.sign(one.body, secret=new))

    def test_it_is_told_what_became_of_its_notice(self, adapter: PaymentProvider) -> None:
        assert adapter.ack(kept=True).status == 200
        assert adapter.ack(kept=False).status >= 400

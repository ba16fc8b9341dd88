"""The signature header of Stripe in all its forms: nothing but a true one of now is taken."""

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import stripe

from yuanyou.payments.port import BadNotice, Notice
from yuanyou.providers.stripe.adapter import Stripe

SECRET = "whsec_ours"
BODY = json.dumps(
    {"id": "evt_1", "type": "payout.paid", "data": {"object": {"id": "po_1", "object": "payout"}}}
).encode()


def signed(*, at: float | None = None, secret: str = SECRET, body: bytes = BODY) -> str:
    return stripe.WebhookSignature.generate_signature_header(
        body.decode(), secret, timestamp=int(at or time.time())
    )


def parsed(header: str, *, body: bytes = BODY, now: datetime | None = None) -> list[Notice]:
    adapter = Stripe(secret_key="sk_test_ours", webhook_secrets=("whsec_old", SECRET))
    return adapter.parse_notice(headers={"Stripe-Signature": header}, body=body, now=now or datetime.now(UTC))


def test_what_is_signed_is_taken() -> None:
    (notice,) = parsed(signed())
    assert notice.notice_id == "evt_1"


def test_one_true_signature_among_several_is_enough() -> None:
    stamp, _, true = signed().partition(",")
    assert parsed(f"{stamp},v1={'0' * 64},{true}")


def test_a_signature_of_the_test_scheme_is_none() -> None:
    with pytest.raises(BadNotice):
        parsed(signed().replace("v1=", "v0="))


@pytest.mark.parametrize(
    "header", ["", "t=", "t=abc,v1=00", "v1=00", "t=1", "=", ",,,", "t=1,v1=é", "t=-1,v1="]
)
def test_a_header_of_another_form_is_no_proof(header: str) -> None:
    with pytest.raises(BadNotice):
        parsed(header)


def test_the_time_that_was_signed_counts_not_a_second_one() -> None:
    old = signed(at=time.time() - 3600)
    for header in (f"{old},t={int(time.time())}", f"t={int(time.time())},{old}"):
        with pytest.raises(BadNotice):
            parsed(header)


def test_a_time_with_a_tail_is_read_as_it_was_proved() -> None:
    stamp, _, true = signed(at=time.time() - 3600).partition(",")
    with pytest.raises(BadNotice):
        parsed(f"{stamp}={int(time.time())},{true}")


@pytest.mark.parametrize(("off", "taken"), [(299, True), (301, False), (-299, True), (-301, False)])
def test_five_minutes_either_way_are_allowed(off: int, taken: bool) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    header = signed(at=now.timestamp() + off)
    if taken:
        assert parsed(header, now=now)
    else:
        with pytest.raises(BadNotice):
            parsed(header, now=now)


def test_an_old_notice_is_refused_by_the_time_we_pass_in_not_by_the_machines() -> None:
    then = datetime.now(UTC) - timedelta(days=400)
    assert parsed(signed(at=then.timestamp()), now=then)


@pytest.mark.parametrize("body", [b"\xff\xfe", BODY + b" ", BODY.replace(b"evt_1", b"evt_2")])
def test_other_bytes_are_no_proof(body: bytes) -> None:
    with pytest.raises(BadNotice):
        parsed(signed(), body=body)


def test_another_companys_secret_is_no_proof() -> None:
    with pytest.raises(BadNotice):
        parsed(signed(secret="whsec_theirs"))


@pytest.mark.parametrize("event", [{}, [], "evt", None, {"id": "evt_1"}, {"id": "evt_1", "type": "charge.x"}])
def test_what_is_not_an_event_is_not_understood(event: Any) -> None:
    body = json.dumps(event).encode()
    with pytest.raises(BadNotice):
        parsed(signed(body=body), body=body)

"""Alipay's notices: forms, proved over their fields, for our app and seller, of now; then a hint, no more."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.providers.alipay.conftest import OURS, Desk
from tests.providers.alipay.forms import BEIJING, FORMAT, HEADERS, fields_of, in_beijing, signed
from tests.providers.contract import Sent
from tests.sandbox.shop import eventually
from yuanyou.payments.port import About, BadNotice, Notice, Told


def read(desk: Desk, sent: Sent) -> Notice:
    (notice,) = desk.adapter.parse_notice(headers=sent.headers, body=sent.body, now=datetime.now(UTC))
    return notice


def refuses(desk: Desk, sent: Sent) -> None:
    with pytest.raises(BadNotice):
        read(desk, sent)


def told_of(desk: Desk, **like: str) -> Sent:
    """The first notice whose fields say this."""

    def found() -> list[Sent]:
        sent = [Sent(each.headers, each.body) for each in list(desk.shop.received)]
        return [each for each in sent if like.items() <= fields_of(each.body).items()]

    return eventually(found)[0]


def paid_notice(desk: Desk) -> dict[str, str]:
    """The fields of a payment's notice, as Alipay sent them."""
    ask, _ = desk.paid()
    return fields_of(told_of(desk, out_trade_no=ask.ref).body)


def again(fields: Mapping[str, str], **changed: str) -> Sent:
    """The same notice of now, changed and signed anew by Alipay."""
    return signed({**fields, "notify_time": in_beijing(), **changed}, by=OURS)


# Trap 8: a refund of a part says TRADE_SUCCESS once more


def test_a_notice_of_a_part_given_back_is_no_second_payment(desk: Desk) -> None:
    ask, told = desk.paid()
    desk.adapter.refund(desk.back(told, 700))
    first = read(desk, told_of(desk, out_trade_no=ask.ref))
    sent = told_of(desk, out_trade_no=ask.ref, refund_fee="7.00")
    second = read(desk, sent)
    assert fields_of(sent.body)["trade_status"] == "TRADE_SUCCESS"
    assert (first.kind, second.kind) == ("TRADE_SUCCESS", "TRADE_SUCCESS.refund")
    assert first.notice_id != second.notice_id
    assert second.about is About.ATTEMPT
    assert (second.ref, second.charge_ref) == (first.ref, first.charge_ref) == (ask.ref, told.charge_ref)
    assert desk.adapter.query(ask) == told
    assert desk.money("gross") == ask.amount.minor


def test_a_notice_that_all_went_back_says_closed_and_the_payment_stands(desk: Desk) -> None:
    ask, told = desk.paid()
    desk.adapter.refund(desk.back(told, ask.amount.minor))
    notice = read(desk, told_of(desk, out_trade_no=ask.ref, trade_status="TRADE_CLOSED"))
    assert notice.kind == "TRADE_CLOSED.refund"
    assert desk.adapter.query(ask).told is Told.SUCCEEDED


# Trap 3: what it says of app, seller and amount


@pytest.mark.parametrize("lie", ["wrong_app", "wrong_merchant"])
def test_a_notice_for_another_app_or_seller_is_not_taken_though_alipay_signed_it(
    desk: Desk, lie: str
) -> None:
    desk.goes_wrong(lie, "notices")
    ask, _ = desk.paid()
    sent = told_of(desk, out_trade_no=ask.ref)
    refuses(desk, sent)
    assert read(desk, again(fields_of(sent.body), **_true(desk)))


def test_a_wrong_amount_in_a_notice_is_never_read_only_asked_about(desk: Desk) -> None:
    desk.goes_wrong("wrong_amount", "notices")
    ask, told = desk.paid()
    sent = told_of(desk, out_trade_no=ask.ref)
    assert fields_of(sent.body)["total_amount"] == "27.90"
    assert read(desk, sent).ref == ask.ref
    assert desk.adapter.query(ask) == told
    assert told.amount == ask.amount


def test_a_notice_about_an_order_of_nobody_leads_nowhere(desk: Desk) -> None:
    desk.goes_wrong("wrong_reference", "notices")
    desk.paid()
    assert read(desk, told_of(desk, out_trade_no="somebody_else")).ref == "somebody_else"


# Trap 7: what proves it


def test_each_field_is_part_of_the_proof(desk: Desk) -> None:
    fields = paid_notice(desk)
    assert read(desk, again(fields))
    good = again(fields)
    for name in fields_of(good.body):
        changed = {**fields_of(good.body), name: "changed"}
        body = "&".join(f"{key}={value}" for key, value in changed.items()).encode()
        refuses(desk, replace(good, body=body))


def test_a_field_more_or_less_is_no_proof(desk: Desk) -> None:
    good = again(paid_notice(desk))
    refuses(desk, replace(good, body=good.body + b"&trade_status=TRADE_SUCCESS"))
    refuses(desk, replace(good, body=good.body + b"&passback_params=1"))
    refuses(desk, replace(good, body=good.body.replace(b"version=1.0", b"")))


def test_without_a_signature_nothing_is_proved(desk: Desk) -> None:
    fields = fields_of(again(paid_notice(desk)).body)
    for missing in ("sign", "sign_type"):
        body = "&".join(f"{name}={value}" for name, value in fields.items() if name != missing)
        refuses(desk, Sent(HEADERS, body.encode()))


@pytest.mark.parametrize("kind", ["RSA", "MD5", ""])
def test_an_older_way_of_signing_is_not_taken(desk: Desk, kind: str) -> None:
    good = again(paid_notice(desk))
    refuses(desk, replace(good, body=good.body.replace(b"sign_type=RSA2", f"sign_type={kind}".encode())))


def test_a_notice_of_the_year_2001_is_not_taken(desk: Desk) -> None:
    refuses(desk, signed({**paid_notice(desk), "notify_time": "2001-01-01 00:00:00"}, by=OURS))


def test_its_time_is_beijings_wherever_we_are(desk: Desk) -> None:
    fields = paid_notice(desk)
    utc = datetime.now(UTC).strftime(FORMAT)
    refuses(desk, signed({**fields, "notify_time": utc}, by=OURS))
    sent = datetime.strptime(fields["notify_time"], FORMAT).replace(tzinfo=BEIJING)
    assert abs(sent - datetime.now(UTC)) < timedelta(minutes=1)


def test_only_the_character_set_that_we_ask_for_is_read(desk: Desk) -> None:
    fields = paid_notice(desk)
    assert read(desk, again(fields, subject="美国 30 天")).ref == fields["out_trade_no"]
    refuses(desk, again(fields, charset="gbk", subject="US"))


def test_a_notice_about_a_trade_without_a_seller_is_for_nobody(desk: Desk) -> None:
    fields = paid_notice(desk)
    fields.pop("seller_id")
    refuses(desk, again(fields))


def test_json_is_not_a_form(desk: Desk) -> None:
    good = again(paid_notice(desk))
    refuses(desk, replace(good, headers={"Content-Type": "application/json"}))


def test_a_notice_about_something_else_is_kept_and_asks_nothing(desk: Desk) -> None:
    notice = read(desk, again(paid_notice(desk), notify_type="servicemarket_order_notify"))
    assert (notice.about, notice.ref, notice.provider_ref) == (About.NOTHING, None, None)


def test_alipay_hears_the_one_word_it_waits_for(desk: Desk) -> None:
    kept, not_kept = desk.adapter.ack(kept=True), desk.adapter.ack(kept=False)
    assert (kept.status, kept.body) == (200, b"success")
    assert not_kept.body != b"success"


def _true(desk: Desk) -> dict[str, str]:
    return {"app_id": desk.known["app_id"], "seller_id": desk.known["seller_id"]}

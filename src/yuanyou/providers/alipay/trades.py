"""What Alipay says of an order: its trade, once the payer has opened it; before that, nothing.

Source: Alipay's page of alipay.trade.query.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from yuanyou.payments.port import (
    Ask,
    Closed,
    Place,
    RefundSnapshot,
    Snapshot,
    Told,
    Unknown,
)
from yuanyou.providers.alipay import refunds
from yuanyou.providers.alipay.amounts import CNY, from_yuan
from yuanyou.providers.alipay.api import Api
from yuanyou.providers.alipay.doors import page_of
from yuanyou.providers.alipay.errors import NO_TRADE, Problem

Json = Mapping[str, Any]

QUERY, CLOSE, CANCEL = "alipay.trade.query", "alipay.trade.close", "alipay.trade.cancel"
PAID = frozenset({"TRADE_SUCCESS", "TRADE_FINISHED"})
WAITING, CLOSED = "WAIT_BUYER_PAY", "TRADE_CLOSED"
NOT_OPEN = frozenset({"ACQ.TRADE_STATUS_ERROR", "ACQ.REASON_TRADE_STATUS_INVALID"})
"""Only a trade that waits for its payer can be closed."""


class Trades:
    """`merchant` is us there: our app's keys open only our own books. `now` is business time."""

    def __init__(self, api: Api, merchant: str, now: Callable[[], datetime]) -> None:
        self._api, self._merchant, self._now = api, merchant, now

    def query(self, ask: Ask) -> Snapshot:
        """Unknown for an order that is named otherwise than we name our own."""
        if ask.provider_ref not in {None, ask.ref}:
            raise Unknown("another_order", str(ask.provider_ref))
        try:
            answer = self._api.ask(QUERY, {"out_trade_no": ask.ref})
        except Problem as problem:
            if problem.sub_code == NO_TRADE:
                return self._unopened(ask)
            raise
        return self._snapshot(ask, answer)

    def close(self, ask: Ask) -> Closed:
        """A waiting trade is closed; what nobody has opened yet is made unpayable."""
        try:
            self._api.ask(CLOSE, {"out_trade_no": ask.ref})
        except Problem as problem:
            if problem.sub_code == NO_TRADE:
                self._api.ask(CANCEL, {"out_trade_no": ask.ref})
            elif problem.sub_code in NOT_OPEN:
                return self._how_it_stands(ask)
            else:
                raise
        return Closed.CLOSED

    def _how_it_stands(self, ask: Ask) -> Closed:
        told = self.query(ask).told
        if told is Told.ACTION_REQUIRED:
            raise Unknown("not_closed", ask.ref)
        return Closed.ALREADY_PAID if told is Told.SUCCEEDED else Closed.CLOSED

    def _unopened(self, ask: Ask) -> Snapshot:
        """No trade: it begins when the payer opens the page or scans the code, until the time is up."""
        if self._is_over(ask):
            return self._nothing(ask, Told.EXPIRED)
        if ask.place is Place.STORE:  # what the shop scanned may still be on its way
            raise Unknown("not_there_yet", ask.ref)
        return replace(self._nothing(ask, Told.ACTION_REQUIRED), next_url=page_of(self._api, ask))

    def _nothing(self, ask: Ask, told: Told) -> Snapshot:
        return Snapshot(told, ask.ref, ask.ref, ask.amount, self._merchant)

    def _snapshot(self, ask: Ask, trade: Json) -> Snapshot:
        amount = from_yuan(trade["total_amount"], str(trade.get("trans_currency") or CNY))
        told, back = self._told(ask, trade)
        came = _was_paid(trade)
        buyer = trade.get("buyer_user_id") or trade.get("buyer_open_id") or trade.get("open_id")
        return Snapshot(
            told=told,
            ref=str(trade["out_trade_no"]),
            provider_ref=ask.ref,
            amount=amount,
            merchant=str(trade.get("seller_id") or self._merchant),
            charge_ref=str(trade["trade_no"]) if came else None,
            next_url=page_of(self._api, ask) if told is Told.ACTION_REQUIRED else None,
            card={"brand": "alipay", "last4": ""} if came else {},
            fingerprint=str(buyer) if came and buyer else None,
            refunds=back,
        )

    def _told(self, ask: Ask, trade: Json) -> tuple[Told, tuple[RefundSnapshot, ...]]:
        status = trade["trade_status"]
        if status in PAID:
            return Told.SUCCEEDED, ()
        if status == WAITING:
            return Told.ACTION_REQUIRED, ()
        if status != CLOSED:
            raise Unknown("unknown_status", str(status))
        if not _was_paid(trade):
            return (Told.EXPIRED if self._is_over(ask) else Told.CANCELED), ()
        # Closed because all of it went back. In parts of ours: it was paid all the same. At one stroke and
        # under the order's own number (a cancellation, or by hand): the money never was ours to keep.
        whole = refunds.at_one_stroke(self._api, trade)
        if whole is None:
            return Told.SUCCEEDED, ()
        return Told.CANCELED, (whole,)

    def _is_over(self, ask: Ask) -> bool:
        return self._now() >= ask.expires_at


def _was_paid(trade: Json) -> bool:
    return trade["trade_status"] in PAID or bool(trade.get("send_pay_date"))

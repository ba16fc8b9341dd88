"""Taking money with an order: asking for it, looking at it, capturing it, and giving it up."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from zlib import crc32

from yuanyou.payments.port import (
    Action,
    Ask,
    Closed,
    Declined,
    Misconfigured,
    NextAction,
    Refused,
    Snapshot,
    Told,
    Unknown,
    Why,
)
from yuanyou.providers.patience import deadline
from yuanyou.providers.paypal import orders, statement
from yuanyou.providers.paypal.amounts import NotExpressible
from yuanyou.providers.paypal.api import Api
from yuanyou.providers.paypal.errors import MISSING, WHY, Problem, translated
from yuanyou.providers.paypal.orders import Json

FULL = "return=representation"
DECLINED = "declined:"
"""Begins our name for the order that PayPal did not make, because a kept way to pay was declined."""
PAYER_AGAIN = frozenset(
    {
        "INSTRUMENT_DECLINED",
        "REDIRECT_PAYER_FOR_ALTERNATE_FUNDING",
        "PAYER_ACTION_REQUIRED",
        "ORDER_NOT_APPROVED",
    }
)
"""The order lives on: the payer goes back to PayPal and chooses something else."""
OVER = frozenset({"ORDER_EXPIRED", "ORDER_COMPLETED_OR_VOIDED"})
CAPTURED = frozenset({"ORDER_ALREADY_CAPTURED", "ORDER_ALREADY_COMPLETED"})


APPROVAL = ("update_time", "payer", "payment_source")
"""What of an order is another one when the payer has approved again."""


class Checkout:
    """`now` is business time: it tells whether an attempt's own time is over."""

    def __init__(self, api: Api, now: Callable[[], datetime]) -> None:
        self._api, self._now = api, now

    def create(self, ask: Ask) -> NextAction:
        """A kept PayPal is charged at once: the order comes back done, or is declined and there is none."""
        with deadline(), translated():
            try:
                order = self._create(ask)
            except Declined as no:
                if not ask.saved_ref:
                    raise
                return NextAction(f"{DECLINED}{ask.ref}:{no.reason}", None, action=Action.NONE)
            told = orders.snapshot(order)
            if told.amount != ask.amount:  # the key had been used for another body
                raise Unknown("idempotency_mismatch", told.provider_ref)
            url = None if ask.off_session else told.next_url
            return NextAction(told.provider_ref, url, action=Action.REDIRECT if url else Action.NONE)

    def _create(self, ask: Ask) -> Json:
        try:
            body = orders.order_body(ask)
        except NotExpressible as error:
            raise Refused("amount_out_of_range", str(error)) from error
        options = {"body": body, "paypal_request_id": ask.idempotency_key, "prefer": FULL}
        with translated():
            return self._api.ask(lambda sdk: sdk.orders.create_order(options))

    def query(self, ask: Ask) -> Snapshot:
        with deadline(), translated():
            reference = ask.provider_ref or ""
            if reference.startswith(DECLINED):
                return _nothing(ask, Told.FAILED, reason=reference.rpartition(":")[2], name=reference)
            return self._known(ask, reference) if reference else self._unseen(ask)

    def _known(self, ask: Ask, order_id: str) -> Snapshot:
        try:
            return self._looked_at(ask, self._order(order_id))
        except Problem as problem:
            if problem.status == MISSING and self._is_over(ask):
                # PayPal forgets an order that was never captured; one that was, it keeps.
                return _nothing(ask, Told.EXPIRED, name=order_id)
            raise

    def _unseen(self, ask: Ask) -> Snapshot:
        """The order whose answer we never saw: while its key is kept, the same request gives the same one.

        Later it would make a second order. By then nobody can pay the first: its link was never shown.
        """
        if self._is_over(ask):
            charged = statement.order_charged(self._api, ask) if ask.saved_ref else None
            return self._known(ask, charged) if charged else _nothing(ask, Told.EXPIRED)
        if ask.saved_ref and not ask.take:
            raise Unknown("not_asked", "asking again would charge, and it is not wanted any more")
        try:
            return self._looked_at(ask, self._create(ask))
        except Misconfigured:  # our keys, not this attempt: nothing is known about it
            raise
        except Refused as no:  # the key would have replayed an order that exists: there is none
            return _nothing(ask, Told.FAILED, reason=no.reason)

    def _order(self, order_id: str) -> Json:
        return self._api.ask(lambda sdk: sdk.orders.get_order({"id": order_id}))

    def _looked_at(self, ask: Ask, order: Json) -> Snapshot:
        told = orders.snapshot(order)
        if told.told is not Told.ACTION_REQUIRED:
            return told
        if order["status"] == "APPROVED" and ask.take:
            return self._take(ask, order, told)
        if ask.off_session:
            return replace(told, told=Told.FAILED, reason=Why.AUTHENTICATION_REQUIRED, next_url=None)
        return replace(told, told=Told.EXPIRED, next_url=None) if self._is_over(ask) else told

    def _take(self, ask: Ask, order: Json, before: Snapshot) -> Snapshot:
        """Capture. A payer who was declined approves anew, and that is another request with another key."""
        approved = crc32(json.dumps([order.get(name) for name in APPROVAL], sort_keys=True).encode())
        options = {
            "id": before.provider_ref,
            "paypal_request_id": f"{ask.idempotency_key}.take.{approved:08x}",
            "prefer": FULL,
        }
        try:
            return orders.snapshot(self._api.ask(lambda sdk: sdk.orders.capture_order(options)))
        except Problem as problem:
            return self._not_taken(before, problem)

    def _not_taken(self, before: Snapshot, problem: Problem) -> Snapshot:
        reason = WHY.get(problem.issue)
        if problem.issue in CAPTURED:
            return orders.snapshot(self._order(before.provider_ref))
        if problem.issue in PAYER_AGAIN:
            url = problem.links.get("redirect") or before.next_url
            return replace(before, told=Told.ACTION_REQUIRED, reason=reason, next_url=url)
        if problem.issue in OVER:
            return replace(before, told=Told.EXPIRED, next_url=None)
        if reason:
            return replace(before, told=Told.FAILED, reason=reason, next_url=None)
        raise problem

    def close(self, ask: Ask) -> Closed:
        """PayPal cannot cancel an order. We mark it as closed and capture no order that is marked."""
        with deadline():
            told = self.query(replace(ask, take=False))
            if told.told is Told.ACTION_REQUIRED:
                try:
                    self._mark(told)
                except Refused:  # it was captured in between: only asking tells how
                    told = self.query(replace(ask, provider_ref=told.provider_ref, take=False))
        paid = told.told in {Told.SUCCEEDED, Told.PROCESSING}
        return Closed.ALREADY_PAID if paid else Closed.CLOSED

    def _mark(self, told: Snapshot) -> None:
        patch: list[dict[str, Any]] = [
            {"op": "replace", "path": orders.CUSTOM_ID, "value": f"{told.ref}{orders.CLOSED_MARK}"}
        ]
        with translated():
            self._api.ask(lambda sdk: sdk.orders.patch_order({"id": told.provider_ref, "body": patch}))

    def _is_over(self, ask: Ask) -> bool:
        return self._now() >= ask.expires_at


def _nothing(ask: Ask, told: Told, *, reason: str | None = None, name: str = "") -> Snapshot:
    """What is to be said of an order that does not exist."""
    return Snapshot(told, ask.ref, name, ask.amount, None, reason=reason)

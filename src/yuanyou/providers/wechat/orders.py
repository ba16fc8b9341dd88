"""Orders on the wire: what we ask for at each door, what WeChat says of one, and giving it up."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote

from wechatpayv3 import WeChatPayType

from yuanyou.kernel.money import Money
from yuanyou.payments.port import (
    Action,
    Ask,
    Closed,
    NextAction,
    Place,
    Refused,
    Snapshot,
    Told,
    Unknown,
    Why,
)
from yuanyou.providers.patience import deadline
from yuanyou.providers.wechat.api import Api, Json
from yuanyou.providers.wechat.errors import CLOSED, MISSING, PAID, Problem, translated

BEIJING = timezone(timedelta(hours=8))
NUMBER = re.compile(r"[0-9A-Za-z_-]{1,32}")
"""Of the numbers that WeChat takes, those that stand in a path as they are. Ours do."""
DESCRIPTION = 127
STORE_ID = "yuanyou"
"""Our own name of the shop, which codepay asks for; its receipts are ours."""
TOLD = {
    "SUCCESS": Told.SUCCEEDED,
    "REFUND": Told.SUCCEEDED,  # some of it, or all, went back since
    "NOTPAY": Told.ACTION_REQUIRED,
    "USERPAYING": Told.ACTION_REQUIRED,
    "CLOSED": Told.CANCELED,
    "REVOKED": Told.CANCELED,
    "PAYERROR": Told.FAILED,
}
DOORS = {
    Place.BROWSER: WeChatPayType.NATIVE,
    Place.PHONE: WeChatPayType.H5,
    Place.WECHAT: WeChatPayType.JSAPI,
    Place.STORE: WeChatPayType.CODEPAY,
}


class Orders:
    """`now` is business time: it tells whether an attempt's own time is over."""

    def __init__(self, api: Api, now: Callable[[], datetime]) -> None:
        self._api, self._now = api, now

    def create(self, ask: Ask) -> NextAction:
        with deadline(), translated():
            try:
                answer = self._ask_for(ask)
            except Problem as problem:
                if problem.code in CLOSED:  # an attempt of ours that was given up: nobody can pay it
                    raise Refused("order_closed", problem.message) from problem
                raise
            return self._next(ask, answer)

    def query(self, ask: Ask) -> Snapshot:
        with deadline(), translated():
            try:
                return self._looked_at(ask)
            except Problem as problem:
                if problem.code not in MISSING:
                    raise
                if ask.provider_ref:
                    raise Unknown("order_not_exist", ask.provider_ref) from problem
            return self._unseen(ask)

    def close(self, ask: Ask) -> Closed:
        """What is scanned in a shop is reversed: closed, or its money given back."""
        if ask.place is Place.STORE:
            return self._reverse(ask)
        with deadline(), translated():
            try:
                self._api.ask(lambda sdk: sdk.close(_number(ask.ref)))
            except Problem as problem:
                if problem.code in PAID:
                    return Closed.ALREADY_PAID
                if problem.code not in CLOSED | MISSING:
                    raise
            return Closed.CLOSED

    def transaction(self, charge_ref: str) -> Json:
        """By WeChat's number. Raises what `Api.ask` raises."""
        return self._api.ask(lambda sdk: sdk.query(transaction_id=_number(charge_ref)))

    def _ask_for(self, ask: Ask) -> Json:
        wish = {
            "description": ask.description[:DESCRIPTION] or ask.ref,
            "out_trade_no": _number(ask.ref),
            "amount": {"total": ask.amount.minor, "currency": ask.amount.currency},
            "pay_type": DOORS[ask.place],
            **_at_door(ask),
        }
        return self._api.ask(lambda sdk: sdk.pay(**wish))

    def _next(self, ask: Ask, answer: Json) -> NextAction:
        until = ask.expires_at
        if ask.place is Place.STORE:
            return NextAction(ask.ref, None, until, Action.NONE)
        if ask.place is Place.WECHAT:
            params = self._api.for_page(str(answer["prepay_id"]))
            return NextAction(ask.ref, None, until, Action.SCRIPT, params)
        if ask.place is Place.PHONE:
            url = f"{answer['h5_url']}&redirect_url={quote(ask.return_url, safe='')}"
            return NextAction(ask.ref, url, until, Action.REDIRECT)
        return NextAction(ask.ref, str(answer["code_url"]), until, Action.QR)

    def _looked_at(self, ask: Ask) -> Snapshot:
        number = ask.provider_ref or ask.ref
        if not NUMBER.fullmatch(number):
            raise Unknown("no_such_number", number)
        told = self._snapshot(self._api.ask(lambda sdk: sdk.query(out_trade_no=number)), number)
        over = told.told is Told.ACTION_REQUIRED and self._now() >= ask.expires_at
        return replace(told, told=Told.EXPIRED) if over else told

    def _unseen(self, ask: Ask) -> Snapshot:
        """There is no such order. While it can be asked for once more as it was, the answer was lost."""
        if self._now() >= ask.expires_at:
            return _nothing(ask, Told.EXPIRED)
        again = ask.place is Place.BROWSER or (ask.place is Place.WECHAT and ask.payer_ref is not None)
        if not again:  # what the payer showed, and from where, is not kept
            return _nothing(ask, Told.ABSENT)
        self._ask_for(ask)
        return self._looked_at(ask)

    def _reverse(self, ask: Ask) -> Closed:
        """Only what is not paid: reversing would give the money back. Not within 15 seconds."""
        with deadline(), translated():
            try:
                told = self._looked_at(replace(ask, provider_ref=None))
            except Problem as problem:
                if problem.code in MISSING:
                    return Closed.CLOSED
                raise
            if told.told is Told.SUCCEEDED:
                return Closed.ALREADY_PAID
            if told.told is Told.CANCELED:
                return Closed.CLOSED
            try:
                self._api.ask(lambda sdk: sdk.codepay_reverse(ask.ref))
            except Problem as problem:
                if problem.code == "INVALID_REQUEST":  # too early, or paid and partly given back meanwhile
                    raise Unknown("not_reversed", problem.message) from problem
                raise
            return Closed.CLOSED

    def _snapshot(self, answer: Json, number: str) -> Snapshot:
        state = str(answer["trade_state"])
        told = TOLD.get(state)
        if told is None:
            raise Unknown("unknown_state", state)
        amount = answer["amount"]
        paid = told is Told.SUCCEEDED
        return Snapshot(
            told=told,
            ref=str(answer["out_trade_no"]),
            provider_ref=number,
            # What was asked for and is ours. `payer_total` is less when WeChat gave the payer a coupon.
            amount=Money(int(amount["total"]), str(amount["currency"])),
            merchant=self._merchant(answer),
            charge_ref=str(answer["transaction_id"]) if paid else None,
            reason=Why.DECLINED if told is Told.FAILED else None,
            card={"brand": "wechat_pay", "last4": ""} if paid else {},
            fingerprint=str(answer["payer"]["openid"]) if paid else None,
        )

    def _merchant(self, answer: Json) -> str:
        """Whose it is. Money for another app of the same merchant number is not ours either."""
        mchid, app_id = str(answer["mchid"]), str(answer["appid"])
        return mchid if app_id == self._api.app_id else f"{mchid} {app_id}"


def _at_door(ask: Ask) -> dict[str, Any]:
    """What only this way of asking needs. Refused when it is not there: nothing was sent."""
    if ask.place is Place.STORE:
        if not ask.payer_code:
            raise Refused("no_payer_code")
        # Their own number of a code is 18 digits; what a scanner adds is not part of it.
        payer = {"auth_code": ask.payer_code.strip()}
        return {"payer": payer, "scene_info": {"store_info": {"out_id": STORE_ID}}}
    door: dict[str, Any] = {"time_expire": _beijing(ask.expires_at)}
    if ask.place is Place.WECHAT:
        if not ask.payer_ref:
            raise Refused("no_openid")
        return door | {"payer": {"openid": ask.payer_ref}}
    if ask.place is Place.PHONE:
        if not ask.payer_ip:
            raise Refused("no_payer_ip")
        return door | {"scene_info": {"payer_client_ip": ask.payer_ip, "h5_info": {"type": "Wap"}}}
    return door


def _beijing(at: datetime) -> str:
    return at.astimezone(UTC).astimezone(BEIJING).isoformat(timespec="seconds")


def _number(text: str) -> str:
    """A number as it may stand in a path. Refused for one that WeChat would not take."""
    if not NUMBER.fullmatch(text):
        raise Refused("no_such_number", text)
    return text


def _nothing(ask: Ask, told: Told) -> Snapshot:
    """What is to be said of an order that does not exist."""
    return Snapshot(told, ask.ref, ask.ref, ask.amount, None)

"""Notices: forms. Proved with Alipay's key, for our app and our account, of now; then a hint to go and ask.

Source: opendocs.alipay.com/open/270/105902 (asynchronous notices).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

from yuanyou.payments.port import About, BadNotice, Notice
from yuanyou.providers.alipay.sdk import BEIJING, FORMAT, Sdk

FORM = "application/x-www-form-urlencoded"
TOLERANCE = timedelta(minutes=5)
LARGEST, MOST_FIELDS = 64_000, 100
ABOUT_TRADES = "trade_status_sync"
CHARSET = "utf-8"


class Door:
    """Lets in what Alipay signed for our app and our account."""

    def __init__(self, sdk: Sdk, *, app_id: str, merchant: str) -> None:
        self._sdk, self._app_id, self._merchant = sdk, app_id, merchant

    def read(self, *, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice:
        """BadNotice unless all of it holds. `now` is real time."""
        fields = _fields(headers, body)
        if fields.get("sign_type") != "RSA2" or not fields.get("sign"):
            raise BadNotice("not signed")
        if not self._sdk.proves_notice(fields):
            raise BadNotice("wrong signature")
        if abs(now - _moment(fields.get("notify_time", ""))) > TOLERANCE:
            raise BadNotice("not of now")
        if fields.get("app_id") != self._app_id:
            raise BadNotice("for another app")
        try:
            if fields.get("notify_type") == ABOUT_TRADES and fields["seller_id"] != self._merchant:
                raise BadNotice("for another seller")
            return _notice(fields)
        except KeyError as missing:
            raise BadNotice(f"no {missing}") from missing


def _fields(headers: Mapping[str, str], body: bytes) -> dict[str, str]:
    kind = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
    if kind.partition(";")[0].strip().lower() != FORM or len(body) > LARGEST:
        raise BadNotice("not a form")
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError as error:
        raise BadNotice(f"not understood: {error!r}") from error
    if len(dict(pairs)) != len(pairs):
        raise BadNotice("a field twice")
    if dict(pairs).get("charset", CHARSET).lower() != CHARSET:  # what our requests ask for
        raise BadNotice("another character set")
    return dict(pairs)


def _moment(text: str) -> datetime:
    try:
        return datetime.strptime(text, FORMAT).replace(tzinfo=BEIJING)
    except ValueError as error:
        raise BadNotice("no time") from error


def _notice(fields: Mapping[str, str]) -> Notice:
    """A refund of a part says TRADE_SUCCESS once more: what became of the money, asking tells."""
    name = fields["notify_id"]
    if fields.get("notify_type") != ABOUT_TRADES:
        return Notice(name, str(fields.get("notify_type")), None, None, about=About.NOTHING)
    kind = fields["trade_status"] + (".refund" if fields.get("refund_fee") else "")
    number = fields["out_trade_no"]
    return Notice(name, kind, number, number, charge_ref=fields["trade_no"])

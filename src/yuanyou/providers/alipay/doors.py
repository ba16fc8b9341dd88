"""The ways in: a code on a desktop, a redirect on a phone, the customer's own code in a shop.

Source: Alipay's pages of alipay.trade.precreate, alipay.trade.wap.pay and alipay.trade.pay.
"""

import re

from yuanyou.payments.port import Action, Ask, NextAction, Place, Refused
from yuanyou.providers.alipay.amounts import to_yuan
from yuanyou.providers.alipay.api import Api
from yuanyou.providers.alipay.sdk import beijing

SUBJECT_LENGTH = 128
FORBIDDEN = re.compile(r"[/=&\s]+")
"""What Alipay does not take in the name of what is sold."""


def create(api: Api, ask: Ask) -> NextAction:
    """Refused when the payer stands where Alipay has no door, or there is no code of theirs."""
    match ask.place:
        case Place.BROWSER:
            return _code_to_scan(api, ask)
        case Place.PHONE:
            return NextAction(ask.ref, page_of(api, ask), ask.expires_at)
        case Place.STORE:
            return _customers_code(api, ask)
        case _:
            raise Refused("not_here", f"Alipay does not open in {ask.place}")


def _code_to_scan(api: Api, ask: Ask) -> NextAction:
    """Asking again gives the code of the same order."""
    answer = api.ask("alipay.trade.precreate", _order(ask), notify=True)
    return NextAction(ask.ref, str(answer["qr_code"]), ask.expires_at, Action.QR)


def page_of(api: Api, ask: Ask) -> str | None:
    """Where a payer at a phone goes on; nobody is asked for it. None elsewhere."""
    if ask.place is not Place.PHONE:
        return None
    content = _order(ask) | {"product_code": "QUICK_WAP_WAY", "quit_url": ask.cancel_url}
    return api.page("alipay.trade.wap.pay", content, return_url=ask.return_url)


def _customers_code(api: Api, ask: Ask) -> NextAction:
    """Charged at once, or the customer types their password first: asking tells."""
    if not ask.payer_code:
        raise Refused("no_payer_code")
    content = _order(ask) | {"scene": "bar_code", "auth_code": ask.payer_code}
    api.ask("alipay.trade.pay", content, notify=True)
    return NextAction(ask.ref, None, ask.expires_at, Action.NONE)


def _order(ask: Ask) -> dict[str, object]:
    """The same ask gives the same order, for ever."""
    return {
        "out_trade_no": ask.ref,
        "total_amount": to_yuan(ask.amount),
        "subject": FORBIDDEN.sub(" ", ask.description).strip()[:SUBJECT_LENGTH] or ask.ref,
        "time_expire": beijing(ask.expires_at),
    }

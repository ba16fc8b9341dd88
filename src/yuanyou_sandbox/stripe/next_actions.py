"""Where the customer has to go before a payment goes on: the bank's page, Alipay, a QR code for WeChat."""

import io
from typing import Any

import segno

from yuanyou_sandbox.stripe.ids import letters
from yuanyou_sandbox.stripe.methods import ALIPAY, WECHAT_PAY

PAGES = {"card": "3ds", ALIPAY: "alipay", WECHAT_PAY: "wechat_pay"}
"""The page of each type, under /stripe."""
SCALE, BORDER = 6, 2


def of(base: str, intent_id: str, kind: str, return_url: str | None) -> dict[str, Any]:
    """The `next_action` of an intent; `base` is the sandbox's own address."""
    page = f"{base}/stripe/{PAGES[kind]}/{intent_id}"
    if kind == ALIPAY:
        go = {"native_data": None, "native_url": None, "return_url": return_url, "url": page}
        return {"type": "alipay_handle_redirect", "alipay_handle_redirect": go}
    if kind == WECHAT_PAY:
        return {"type": "wechat_pay_display_qr_code", "wechat_pay_display_qr_code": _code(page)}
    if return_url is None:
        return {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect", "url": page}}
    return {"type": "redirect_to_url", "redirect_to_url": {"url": page, "return_url": return_url}}


def told(action: dict[str, Any] | None) -> dict[str, Any]:
    """What the action says, whatever it is called."""
    found: dict[str, Any] = action[action["type"]] if action else {}
    return found


def page_of(action: dict[str, Any] | None) -> str | None:
    """Where the customer goes."""
    found = told(action)
    return found.get("url") or found.get("hosted_instructions_url")


def kind_of(action: dict[str, Any]) -> str:
    """The type of payment method that asks."""
    return {"alipay_handle_redirect": ALIPAY, "wechat_pay_display_qr_code": WECHAT_PAY}.get(
        action["type"], "card"
    )


def picture(data: str, kind: str) -> bytes:
    """A QR code as a `png` or an `svg`."""
    made = io.BytesIO()
    segno.make(data).save(made, kind=kind, scale=SCALE, border=BORDER)
    return made.getvalue()


def _code(page: str) -> dict[str, str]:
    data = f"weixin://wxpay/bizpayurl/up?pr={letters(10)}&groupid=00"
    return {
        "data": data,
        "hosted_instructions_url": page,
        "image_data_url": str(segno.make(data).png_data_uri(scale=SCALE, border=BORDER)),
        "image_url_png": f"{page}/code.png",
        "image_url_svg": f"{page}/code.svg",
    }

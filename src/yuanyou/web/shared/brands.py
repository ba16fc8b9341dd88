"""What providers call brands of cards and wallets, as people know them."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

BRANDS: dict[str, Promise | str] = {
    "visa": "Visa",
    "mastercard": "Mastercard",
    "amex": "American Express",
    "unionpay": _("UnionPay"),
    "jcb": "JCB",
    "discover": "Discover",
    "diners": "Diners Club",
    "paypal": "PayPal",
    "alipay_hk": "AlipayHK",
    "wechat_pay_hk": "WeChat Pay HK",
}


def brand_name(brand: str) -> Promise | str:
    return BRANDS.get(brand, brand.replace("_", " ").title())

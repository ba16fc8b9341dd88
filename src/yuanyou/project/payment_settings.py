"""Which companies take money for us: each is set up whole or not at all, and production needs one."""

from yuanyou.project.environ import Reader, Unsafe, variable
from yuanyou.providers.alipay.keys import key_of
from yuanyou.providers.wechat.keys import known_keys, private_line

STRIPE_API = "https://api.stripe.com"
PAYPAL_API = "https://api-m.paypal.com"
WECHAT_API = "https://api.mch.weixin.qq.com"
ALIPAY_API = "https://openapi.alipay.com"
STRIPE = {
    "stripe_secret_key": "your live secret key from Stripe's dashboard",
    "stripe_webhook_secrets": "the signing secret of your Stripe webhook",
}
PAYPAL = {
    "paypal_client_id": "the client id of your live app in PayPal's developer dashboard",
    "paypal_client_secret": "the secret of your live app in PayPal's developer dashboard",
    "paypal_webhook_ids": "the id of the webhook of your live app in PayPal's developer dashboard",
}
WECHAT = {
    "wechat_mchid": "your merchant number at WeChat Pay",
    "wechat_app_id": "the id of the app that your merchant number is tied to",
    "wechat_api_key": "the APIv3 key of your merchant number",
    "wechat_cert_serial": "the serial number of your merchant certificate",
    "wechat_private_key": "the private key of your merchant certificate",
    "wechat_public_keys": "WeChat Pay's public key for you, as PUB_KEY_ID_...=MII...",
}
ALIPAY = {
    "alipay_app_id": "the id of your app at Alipay's open platform",
    "alipay_private_key": "the private key of your app",
    "alipay_seller": "your merchant id at Alipay (2088...)",
    "alipay_public_keys": "Alipay's public key for your app",
}
"""What each needs, with the words that end "Set ... to"."""
API_KEY_LENGTH = 32
WECHAT_PRODUCTS = ("native", "jsapi", "h5", "codepay")
SANDBOX_APP = "wxsandbox"
"""How the app id begins that `yuanyou up` makes."""
STRIPE_METHODS = ("card", "alipay", "wechat_pay", "us_bank_account")
SANDBOX_CLIENT = "sandbox-"
"""How the client ids begin that `yuanyou up` makes."""


def check(read: Reader) -> None:
    """Unsafe when a company is set up by half, and in production when there is none or a simulated one."""
    for company in (STRIPE, PAYPAL, WECHAT, _alipay(read)):
        missing = [name for name in company if read.optional(name) is None]
        if read.production and missing and len(missing) < len(company):
            raise Unsafe(f"Set {variable(missing[0])} to {company[missing[0]]}.")
    if not read.production:
        return
    if not any(read.optional(name) for name in (*STRIPE, *PAYPAL, *WECHAT, *ALIPAY)):
        raise Unsafe(
            f"Set {_named(STRIPE)} to take cards with Stripe, or {_named(PAYPAL)} to take PayPal: without one"
            " nobody can pay."
        )
    if (read.optional("wechat_app_id") or "").startswith(SANDBOX_APP):
        raise Unsafe("YUANYOU_WECHAT_APP_ID is the demo's, with which nobody pays: set your own.")
    if "_test_" in (read.optional("stripe_secret_key") or ""):
        raise Unsafe("YUANYOU_STRIPE_SECRET_KEY is a test key, with which nobody pays: set the live key.")
    if (read.optional("paypal_client_id") or "").startswith(SANDBOX_CLIENT):
        raise Unsafe("YUANYOU_PAYPAL_CLIENT_ID is the demo's, with which nobody pays: set the live one.")
    if (read.optional("alipay_app_id") or "").startswith(SANDBOX_CLIENT):
        raise Unsafe("YUANYOU_ALIPAY_APP_ID is the demo's, with which nobody pays: set your own.")
    for name in ("alipay_private_key", "alipay_public_keys"):
        for text in read.listing(name):
            _check_key(name, text)
    _check_wechat(read)
    read.refuse("paypal_cert_hosts", why="only PayPal's own hosts may vouch for a notice")


def _alipay(read: Reader) -> dict[str, str]:
    """In certificate mode Alipay's key comes with the certificates."""
    if read.optional("alipay_certificates") is None:
        return ALIPAY
    return {name: meaning for name, meaning in ALIPAY.items() if name != "alipay_public_keys"}


def _check_wechat(read: Reader) -> None:
    """Its keys come by hand from three pages: what was cut off shows here, not at the first payment."""
    try:
        known_keys(read.listing("wechat_public_keys"))
    except ValueError:
        name = variable("wechat_public_keys")
        raise Unsafe(f"{name} must be PUB_KEY_ID_...=MII..., each key in one line of base64.") from None
    private = read.optional("wechat_private_key")
    try:
        if private:
            private_line(private)
    except ValueError:
        name = variable("wechat_private_key")
        raise Unsafe(f"{name} must be the private key in apiclient_key.pem.") from None
    if len(read.optional("wechat_api_key") or API_KEY_LENGTH * " ") != API_KEY_LENGTH:
        raise Unsafe(f"{variable('wechat_api_key')} must be the {API_KEY_LENGTH} characters you chose.")


def _check_key(name: str, text: str) -> None:
    try:
        key_of(text)
    except ValueError:
        raise Unsafe(f"{variable(name)} must be a key in one line of base64, as Alipay gives it.") from None


def api_base(read: Reader, name: str, *, live: str) -> str | None:
    """Where a company's interface is; None is the company itself, and so is its own address."""
    base = (read.optional(name) or "").rstrip("/")
    if read.production and base not in {"", live}:
        raise Unsafe(f"Unset {variable(name)}: only {live} may take money in production.")
    return base if base not in {"", live} else None


def stripe_methods(read: Reader) -> tuple[str, ...]:
    """Unsafe for a method nobody knows."""
    chosen = read.listing("stripe_methods")
    for code in chosen:
        if code not in STRIPE_METHODS:
            raise Unsafe(f"{variable('stripe_methods')} knows {', '.join(STRIPE_METHODS)}, not {code}.")
    return chosen or (STRIPE_METHODS[:1] if read.production else STRIPE_METHODS)


def wechat_products(read: Reader) -> tuple[str, ...]:
    """Unsafe for a product nobody knows, and for JSAPI without what it needs to know the payer."""
    chosen = read.listing("wechat_products")
    for code in chosen:
        if code not in WECHAT_PRODUCTS:
            raise Unsafe(f"{variable('wechat_products')} knows {', '.join(WECHAT_PRODUCTS)}, not {code}.")
    if "jsapi" in chosen and read.optional("wechat_app_secret") is None:
        raise Unsafe(f"Set {variable('wechat_app_secret')} to the secret of your app: jsapi needs it.")
    return chosen or (WECHAT_PRODUCTS[:1] if read.production else WECHAT_PRODUCTS)


def _named(company: dict[str, str]) -> str:
    *first, last = map(variable, company)
    return f"{', '.join(first)} and {last}"

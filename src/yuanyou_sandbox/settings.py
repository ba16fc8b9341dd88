"""What the sandbox needs to know, from the environment (SANDBOX_...) and the command line."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

HOST = "127.0.0.1"
DEFAULT_PORT = 8002
DEFAULT_SMTP_PORT = 8025
PAYPAL_MERCHANT_ID = "YUANYOUSHOP88"
ALIPAY_APP_ID, ALIPAY_SELLER_ID = "2021000100000088", "2088000100000088"
WECHAT_MCHID, WECHAT_APP_ID = "1900009191", "wxsandbox00000088"
WECHAT_CERT_SERIAL = "3775B6A45ACD588826D15E583A95F5DD88888888"
WECHAT_KEY_ID = "PUB_KEY_ID_0119000091912026112300000088"


class Unsafe(ValueError):
    """A setting with which the sandbox must not start; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """`None` secrets are made at the first start and kept with the data."""

    data: Path
    port: int = DEFAULT_PORT
    smtp_port: int = DEFAULT_SMTP_PORT
    stripe_key: str | None = None
    stripe_webhook_secret: str | None = None
    stripe_webhook_url: str | None = None
    paypal_client_id: str | None = None
    paypal_client_secret: str | None = None
    paypal_merchant_id: str = PAYPAL_MERCHANT_ID
    paypal_webhook_id: str | None = None
    paypal_webhook_url: str | None = None
    alipay_app_id: str = ALIPAY_APP_ID
    alipay_seller_id: str = ALIPAY_SELLER_ID
    alipay_app_public_key: str | None = None
    alipay_private_key: str | None = None
    wechat_mchid: str = WECHAT_MCHID
    wechat_app_id: str = WECHAT_APP_ID
    wechat_app_secret: str | None = None
    wechat_api_key: str | None = None
    """The APIv3 key: 32 characters."""
    wechat_cert_serial: str = WECHAT_CERT_SERIAL
    wechat_merchant_key: str | None = None
    """The public key of the merchant's certificate, in one line of base64."""
    wechat_platform_key: str | None = None
    """WeChat's own private key, in one line of base64,"""
    wechat_platform_key_id: str = WECHAT_KEY_ID
    """and its name."""
    esim_token: str | None = None
    carrier_token: str | None = None
    clock_file: Path | None = None

    def __post_init__(self) -> None:
        for url in filter(None, [self.stripe_webhook_url, self.paypal_webhook_url]):
            if urlsplit(url).scheme != "http":
                raise Unsafe(f"notices go to plain http:// addresses on this machine, not to {url}")
        if "_live_" in (self.stripe_key or ""):
            raise Unsafe("SANDBOX_STRIPE_KEY is a live key: give the sandbox a key that starts with sk_test_")

    @property
    def url(self) -> str:
        """Where people and programs find the sandbox."""
        return f"http://{HOST}:{self.port}"

    @classmethod
    def from_env(cls, environ: Mapping[str, str], **chosen: object) -> "Settings":
        """`chosen` (the command line) wins over `environ`; Unsafe in production."""
        if environ.get("YUANYOU_ENV") == "production":
            raise Unsafe("the sandbox takes no real money: it does not run with YUANYOU_ENV=production")
        given = {name: environ.get(f"SANDBOX_{name.upper()}") or None for name in cls.__dataclass_fields__}
        given |= {name: str(value) for name, value in chosen.items() if value is not None}
        return cls(
            data=Path(given["data"] or ".data/sandbox"),
            port=int(given["port"] or DEFAULT_PORT),
            smtp_port=int(given["smtp_port"] or DEFAULT_SMTP_PORT),
            stripe_key=given["stripe_key"],
            stripe_webhook_secret=given["stripe_webhook_secret"],
            stripe_webhook_url=given["stripe_webhook_url"],
            paypal_client_id=given["paypal_client_id"],
            paypal_client_secret=given["paypal_client_secret"],
            paypal_merchant_id=given["paypal_merchant_id"] or PAYPAL_MERCHANT_ID,
            paypal_webhook_id=given["paypal_webhook_id"],
            paypal_webhook_url=given["paypal_webhook_url"],
            alipay_app_id=given["alipay_app_id"] or ALIPAY_APP_ID,
            alipay_seller_id=given["alipay_seller_id"] or ALIPAY_SELLER_ID,
            alipay_app_public_key=given["alipay_app_public_key"],
            alipay_private_key=given["alipay_private_key"],
            wechat_mchid=given["wechat_mchid"] or WECHAT_MCHID,
            wechat_app_id=given["wechat_app_id"] or WECHAT_APP_ID,
            wechat_app_secret=given["wechat_app_secret"],
            wechat_api_key=given["wechat_api_key"],
            wechat_cert_serial=given["wechat_cert_serial"] or WECHAT_CERT_SERIAL,
            wechat_merchant_key=given["wechat_merchant_key"],
            wechat_platform_key=given["wechat_platform_key"],
            wechat_platform_key_id=given["wechat_platform_key_id"] or WECHAT_KEY_ID,
            esim_token=given["esim_token"],
            carrier_token=given["carrier_token"],
            clock_file=Path(given["clock_file"]) if given["clock_file"] else None,
        )

"""Everything that can be set, in one typed object read once from the environment.

Each field `name` is set by `YUANYOU_NAME` (the database by `DATABASE_URL`). The demo needs none of
them: `yuanyou up` makes the secrets and passes them to its children. Production refuses to start on
a value that is missing or unsafe, with one sentence that says what to set.
"""

import base64
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Literal, cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from yuanyou.kernel import cells, money
from yuanyou.project import payment_settings
from yuanyou.project.environ import LOOPBACK, Reader, Unsafe, variable

__all__ = ["Config", "Unsafe", "variable"]

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_HOURS = re.compile(rf"{_CLOCK}-(?:{_CLOCK}|24:00)")
Env = Literal["demo", "production"]
Tls = Literal["none", "starttls", "tls"]
Surplus = Literal["wallet", "refund"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """One installation's settings. Secrets are kept out of its repr."""

    env: Env
    """What this installation is: `demo` (sandbox companies, travelling clock) or `production`."""
    data: Path
    """The folder for everything kept on disk: embedded database, secrets, collected static files."""
    database_url: str = field(repr=False)
    """PostgreSQL 15 or newer: postgresql://user:password@host:port/name, or ?host=/socket/folder."""
    secret_key: str = field(repr=False)
    """Signs sessions and forms. Changing it signs everybody out."""
    seal_key: str = field(repr=False)
    """Encrypts what is stored sealed (notices, message bodies): 32 bytes as URL-safe base64, a Fernet key."""
    site_url: str
    """Where people reach the site, without a trailing slash; our links start with it."""
    allowed_hosts: tuple[str, ...]
    """Host names the site answers to; the one in `site_url` when unset."""
    operator_name: str
    """The name customers know the operator by."""
    support_phone: str
    """The number customers call, in E.164: +19175550100. They write to `mail_from`."""
    support_hours: str
    """When it is answered every day, in `books_zone`: 08:00-24:00."""
    support_wechat: str
    """The operator's WeChat account; empty for none."""
    support_telegram: str
    """The operator's Telegram name without its @; empty for none."""
    support_whatsapp: str
    """The operator's WhatsApp number in E.164; empty for none."""
    books_zone: str
    """IANA zone in which the books' days begin."""
    book_currency: str
    """ISO 4217 currency the books are kept in."""
    sale_currencies: Mapping[str, Decimal]
    """Currencies beside the book currency in which plans have prices of their own, for ways to pay that take
    no other, as `CNY:7`. The figure serves limits alone: so many count as one of the book currency. Nothing
    is ever converted by it."""
    tax_jurisdiction: str
    """Where a sale without a shop is taxed: the code of the catalog's tax rules, e.g. US-NY."""
    cells: tuple[int, ...]
    """Numbers of the cells this installation has, from 1."""
    stripe_secret_key: str = field(repr=False)
    """Stripe's secret API key. Cards are offered when it is set."""
    stripe_webhook_secrets: tuple[str, ...] = field(repr=False)
    """Signing secrets of Stripe's webhook, the current one first; keep the previous while rotating."""
    stripe_api_base: str | None
    """Where Stripe's API is when it is the sandbox; None is Stripe itself."""
    stripe_methods: tuple[str, ...]
    """What your Stripe account is set up for, in the order pages offer it: card, alipay, wechat_pay,
    us_bank_account. `card` when unset; the demo has all."""
    paypal_client_id: str
    """Client id of your app at PayPal. PayPal is offered when it is set."""
    paypal_client_secret: str = field(repr=False)
    """Its secret."""
    paypal_webhook_ids: tuple[str, ...]
    """Ids of your webhooks at PayPal; keep the previous while you replace one. They prove notices."""
    paypal_merchant: str | None
    """Your PayPal merchant id: money paid to any other account is not ours. Unset does not look."""
    paypal_api_base: str | None
    """Where PayPal's API is when it is the sandbox; None is PayPal itself."""
    paypal_cert_hosts: tuple[str, ...]
    """Hosts, with their ports, that besides PayPal's own may serve its certificates: the sandbox's."""
    alipay_app_id: str
    """Id of your app at Alipay's open platform (mainland). Alipay is offered when it is set."""
    alipay_private_key: str = field(repr=False)
    """Its private key, in one line of base64."""
    alipay_seller: str
    """Your merchant id at Alipay (2088...): money paid to any other is not ours."""
    alipay_public_keys: tuple[str, ...] = field(repr=False)
    """Alipay's public keys for your app, each in one line of base64; keep the previous while Alipay changes
    it. They prove answers and notices."""
    alipay_certificates: Path | None
    """Certificate mode: the folder with appCertPublicKey.crt, alipayCertPublicKey_RSA2.crt and
    alipayRootCert.crt as downloaded from Alipay. Unset: key mode."""
    alipay_api_base: str | None
    """Where Alipay's gateway is when it is the sandbox; None is Alipay itself."""
    wechat_mchid: str
    """Your merchant number at WeChat Pay (mainland, APIv3). WeChat Pay is offered when it is set."""
    wechat_app_id: str
    """Id of the official account or app that the merchant number is tied to: wx..."""
    wechat_app_secret: str = field(repr=False)
    """Its secret: inside WeChat a payer is known only with it (`jsapi`). Empty for none."""
    wechat_api_key: str = field(repr=False)
    """The APIv3 key, 32 characters: opens WeChat Pay's notices."""
    wechat_cert_serial: str
    """Serial number of your merchant certificate, in hex."""
    wechat_private_key: str = field(repr=False)
    """The private key of your merchant certificate (apiclient_key.pem), with or without its frame."""
    wechat_public_keys: tuple[str, ...] = field(repr=False)
    """What proves WeChat Pay's answers and notices: PUB_KEY_ID_...=MII..., the key you downloaded without its
    frame, the current one first; or serial number=platform certificate. Keep the last while it changes."""
    wechat_products: tuple[str, ...]
    """What your merchant number is approved for: native, jsapi, h5, codepay. `native` when unset; the demo
    has all."""
    wechat_api_base: str | None
    """Where WeChat's interfaces are when it is the sandbox; None is WeChat itself."""
    esim_url: str
    """Address of the eSIM platform."""
    esim_token: str = field(repr=False)
    """Bearer token for the eSIM platform."""
    carrier_url: str
    """Address of the carrier's interface: what serves, bars and restores lines."""
    carrier_token: str = field(repr=False)
    """Bearer token for the carrier."""
    smtp_host: str
    """Mail server that accepts our mail."""
    smtp_port: int
    """Its port: 587 with STARTTLS, 465 with TLS, 25 without either."""
    smtp_user: str
    """User at the mail server; empty for none."""
    smtp_password: str = field(repr=False)
    """Password at the mail server; empty for none."""
    smtp_tls: Tls
    """How mail is protected on its way: `none` (in production on loopback only), `starttls`, `tls`."""
    mail_from: str
    """Sender of our mail, an address the operator owns."""
    sandbox_url: str | None
    """Address of the simulated outside companies; None in production."""
    clock_file: Path | None
    """File with the demo clock's offset; None in production, where time is real."""
    trusted_proxies: int
    """How many proxies or load balancers of yours a request passes, one behind the other. Each must append
    its peer to X-Forwarded-For, set X-Forwarded-Proto, and drop headers whose names have an underscore. 0:
    none, the address of whoever connects counts."""
    web_workers: int
    """Processes that answer requests."""
    web_threads: int
    """Threads in each of them; each keeps one database connection."""
    refund_approval_above: int
    """Refunds above this many minor units of the book currency need a second person."""
    payment_minimum: int
    """The least a provider is asked for, in minor units of the book currency; a wallet leaves so much."""
    top_up_day_limit: int
    """What one customer may put into the wallet within a day, in minor units of the book currency."""
    day_limit: int
    """What one customer may pay through providers within a day; US rules know a limit of USD 2,000
    (31 CFR 1010.100) below which a seller of closed-loop value stays a seller."""
    surplus_policy: Surplus
    """Where late or double money goes: to the customer's `wallet`, or back as a `refund`."""

    @property
    def currencies(self) -> tuple[str, ...]:
        """What plans are sold in, the book currency first."""
        return (self.book_currency, *self.sale_currencies)

    def limit_in(self, minor: int, currency: str) -> int:
        """A limit in minor units of the book currency, as it counts in a currency that is sold in.

        Nothing passes in any other: 0.
        """
        return int(minor * self._counts_as(currency))

    def worth_in(self, currency: str) -> dict[str, Decimal]:
        """As how many minor units of this currency one of each that is sold in counts toward a limit."""
        own = self._counts_as(currency)
        return {code: own / self._counts_as(code) for code in self.currencies}

    def _counts_as(self, currency: str) -> Decimal:
        """So many minor units count as one of the book currency."""
        if currency == self.book_currency:
            return Decimal(1)
        places = money.exponent(currency) - money.exponent(self.book_currency)
        return self.sale_currencies.get(currency, Decimal(0)).scaleb(places)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> "Config":
        """Read and check all settings. Unsafe with one sentence when one cannot stand."""
        found = os.environ if environ is None else environ
        env = Reader(found, production=False).choice("env", "demo", among=("demo", "production"))
        read = Reader(found, production=env == "production")
        read.refuse("sandbox_url", why="simulated companies are for the demo")
        read.refuse("clock_file", why="the clock does not travel in production")
        data = Path(read.optional("data") or ".data").expanduser().absolute()
        site_url = read.url("site_url", "http://127.0.0.1:8000", what="the address of your site")
        sandbox_url = read.optional("sandbox_url")
        payment_settings.check(read)
        return cls(
            env=cast(Env, env),
            data=data,
            database_url=_database_url(read),
            secret_key=_secret_key(read),
            seal_key=read.key("seal_key", base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()),
            site_url=site_url,
            allowed_hosts=_allowed_hosts(read, site_url),
            operator_name=read.text("operator_name", "Yuanyou Mobile", what="the name customers know you by"),
            support_phone=_support_phone(read),
            support_hours=_support_hours(read),
            support_wechat=_contact(read, "support_wechat", demo="yuanyou-care"),
            support_telegram=_contact(read, "support_telegram", demo="yuanyou_care"),
            support_whatsapp=_contact(read, "support_whatsapp", demo="+19175550100"),
            books_zone=_books_zone(read),
            book_currency=_book_currency(read),
            sale_currencies=_sale_currencies(read),
            tax_jurisdiction=read.optional("tax_jurisdiction") or "US-NY",
            cells=_cells(read),
            stripe_secret_key=read.optional("stripe_secret_key") or "",
            stripe_webhook_secrets=read.listing("stripe_webhook_secrets"),
            stripe_api_base=payment_settings.api_base(
                read, "stripe_api_base", live=payment_settings.STRIPE_API
            ),
            stripe_methods=payment_settings.stripe_methods(read),
            paypal_client_id=read.optional("paypal_client_id") or "",
            paypal_client_secret=read.optional("paypal_client_secret") or "",
            paypal_webhook_ids=read.listing("paypal_webhook_ids"),
            paypal_merchant=read.optional("paypal_merchant"),
            paypal_api_base=payment_settings.api_base(
                read, "paypal_api_base", live=payment_settings.PAYPAL_API
            ),
            paypal_cert_hosts=read.listing("paypal_cert_hosts"),
            alipay_app_id=read.optional("alipay_app_id") or "",
            alipay_private_key=read.optional("alipay_private_key") or "",
            alipay_seller=read.optional("alipay_seller") or "",
            alipay_public_keys=read.listing("alipay_public_keys"),
            alipay_certificates=_folder(read, "alipay_certificates"),
            alipay_api_base=payment_settings.api_base(
                read, "alipay_api_base", live=payment_settings.ALIPAY_API
            ),
            wechat_mchid=read.optional("wechat_mchid") or "",
            wechat_app_id=read.optional("wechat_app_id") or "",
            wechat_app_secret=read.optional("wechat_app_secret") or "",
            wechat_api_key=read.optional("wechat_api_key") or "",
            wechat_cert_serial=read.optional("wechat_cert_serial") or "",
            wechat_private_key=read.optional("wechat_private_key") or "",
            wechat_public_keys=read.listing("wechat_public_keys"),
            wechat_products=payment_settings.wechat_products(read),
            wechat_api_base=payment_settings.api_base(
                read, "wechat_api_base", live=payment_settings.WECHAT_API
            ),
            esim_url=read.url("esim_url", "http://127.0.0.1:8001/esim", what="your eSIM platform's address"),
            esim_token=read.text("esim_token", "", what="the bearer token of your eSIM platform"),
            carrier_url=read.url("carrier_url", "http://127.0.0.1:8001/carrier", what="your carrier's URL"),
            carrier_token=read.text("carrier_token", "", what="the bearer token of your carrier"),
            smtp_host=read.text("smtp_host", "127.0.0.1", what="your mail server"),
            smtp_port=read.number("smtp_port", 587 if read.production else 8002, least=1, most=65535),
            smtp_user=read.optional("smtp_user") or "",
            smtp_password=read.optional("smtp_password") or "",
            smtp_tls=_smtp_tls(read),
            mail_from=_mail_from(read),
            sandbox_url=sandbox_url.rstrip("/") if sandbox_url else None,
            clock_file=None if read.production else Path(read.optional("clock_file") or data / "clock.json"),
            trusted_proxies=read.number("trusted_proxies", 0, least=0, most=9),
            web_workers=read.number("web_workers", 2, least=1, most=64),
            web_threads=read.number("web_threads", 4, least=1, most=256),
            refund_approval_above=read.number("refund_approval_above", 5000, least=0, most=10**9),
            payment_minimum=read.number("payment_minimum", 100, least=1, most=10_000),
            top_up_day_limit=read.number("top_up_day_limit", 50_000, least=0, most=200_000),
            day_limit=read.number("day_limit", 200_000, least=0, most=200_000),
            surplus_policy=cast(Surplus, read.choice("surplus_policy", "wallet", among=("wallet", "refund"))),
        )


def _database_url(read: Reader) -> str:
    url = read.environ.get("DATABASE_URL", "").strip()
    if not url and read.production:
        raise Unsafe("Set DATABASE_URL to your PostgreSQL 15 or newer: postgresql://user:password@host/name.")
    if url and urlsplit(url).scheme not in {"postgresql", "postgres"}:
        raise Unsafe("DATABASE_URL must start with postgresql://.")
    return url


def _folder(read: Reader, name: str) -> Path | None:
    folder = read.optional(name)
    if folder is None:
        return None
    if not Path(folder).is_dir():
        raise Unsafe(f"{variable(name)} must be a folder that is there, not {folder!r}.")
    return Path(folder)


def _secret_key(read: Reader) -> str:
    key = read.text("secret_key", secrets.token_urlsafe(48), what="at least 50 random characters")
    if read.production and len(key) < 50:  # noqa: PLR2004  Django's own measure of a strong key
        raise Unsafe("YUANYOU_SECRET_KEY must be at least 50 random characters.")
    return key


def _allowed_hosts(read: Reader, site_url: str) -> tuple[str, ...]:
    own = urlsplit(site_url).hostname or ""
    if not read.production:
        return tuple(dict.fromkeys((*read.listing("allowed_hosts"), own, "127.0.0.1", "localhost")))
    hosts = read.listing("allowed_hosts") or (own,)
    if "*" in hosts:
        raise Unsafe("Set YUANYOU_ALLOWED_HOSTS to the names of your site: * lets anybody forge our links.")
    return hosts


def _support_phone(read: Reader) -> str:
    phone = read.text("support_phone", "+19175550100", what="the number customers call, like +19175550100")
    if not _E164.fullmatch(phone):
        raise Unsafe(f"YUANYOU_SUPPORT_PHONE must be a number like +19175550100, not {phone!r}.")
    return phone


def _support_hours(read: Reader) -> str:
    hours = read.optional("support_hours") or "08:00-24:00"
    if not _HOURS.fullmatch(hours):
        raise Unsafe(f"YUANYOU_SUPPORT_HOURS must be two times like 08:00-24:00, not {hours!r}.")
    return hours


def _contact(read: Reader, name: str, *, demo: str) -> str:
    return read.optional(name) or ("" if read.production else demo)


def _books_zone(read: Reader) -> str:
    zone = read.optional("books_zone") or "America/New_York"
    try:
        return ZoneInfo(zone).key
    except (ValueError, OSError, KeyError):
        raise Unsafe(f"YUANYOU_BOOKS_ZONE must be an IANA time zone, not {zone!r}.") from None


def _book_currency(read: Reader) -> str:
    currency = read.optional("book_currency") or "USD"
    try:
        money.exponent(currency)
    except money.UnknownCurrency:
        raise Unsafe(f"YUANYOU_BOOK_CURRENCY must be an ISO 4217 code, not {currency!r}.") from None
    return currency


def _sale_currencies(read: Reader) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for told in read.listing("sale_currencies") or (() if read.production else ("CNY:7",)):
        code, _colon, count = told.partition(":")
        try:
            money.exponent(code)
            found[code] = Decimal(count)
        except (money.UnknownCurrency, InvalidOperation):
            raise Unsafe(f"YUANYOU_SALE_CURRENCIES must be like CNY:7, not {told!r}.") from None
        if not (found[code].is_finite() and found[code] > 0) or code == _book_currency(read):
            raise Unsafe(
                "YUANYOU_SALE_CURRENCIES names other currencies than the books', each with how many count as"
                f" one of those, not {told!r}."
            )
    return found


def _cells(read: Reader) -> tuple[int, ...]:
    parts = read.listing("cells") or ("1",)
    if not all(part.isascii() and part.isdigit() and 0 < int(part) <= cells.LAST for part in parts):
        raise Unsafe(f"YUANYOU_CELLS must be numbers from 1 to {cells.LAST} separated by commas.")
    return tuple(sorted({int(part) for part in parts}))


def _smtp_tls(read: Reader) -> Tls:
    tls = read.choice(
        "smtp_tls", "starttls" if read.production else "none", among=("none", "starttls", "tls")
    )
    if read.production and tls == "none" and read.optional("smtp_host") not in LOOPBACK:
        raise Unsafe("Set YUANYOU_SMTP_TLS to starttls or tls: sign-in codes must not travel in the clear.")
    return cast(Tls, tls)


def _mail_from(read: Reader) -> str:
    sender = read.text("mail_from", "care@yuanyou.example", what="the address your mail comes from")
    if "@" not in sender:
        raise Unsafe(f"YUANYOU_MAIL_FROM must be an e-mail address, not {sender!r}.")
    return sender

"""Settings: the demo needs none, production says what is missing and refuses what is unsafe."""

from dataclasses import fields
from pathlib import Path

import pytest

from yuanyou.project.config import Config, Unsafe, variable
from yuanyou.project.up import rsa

SEAL = "ZmVuY2VzLWFyZS1nb29kLWZvci1uZWlnaGJvdXJzLi4="
PRODUCTION = {
    "YUANYOU_ENV": "production",
    "DATABASE_URL": "postgresql://yuanyou:secret@db/yuanyou",
    "YUANYOU_SECRET_KEY": "k" * 50,
    "YUANYOU_SEAL_KEY": SEAL,
    "YUANYOU_SITE_URL": "https://yuanyou.example/",
    "YUANYOU_OPERATOR_NAME": "Far Travel",
    "YUANYOU_SUPPORT_PHONE": "+18005550199",
    "YUANYOU_STRIPE_SECRET_KEY": "sk_live_1",
    "YUANYOU_STRIPE_WEBHOOK_SECRETS": "whsec_new, whsec_old",
    "YUANYOU_PAYPAL_CLIENT_ID": "AClient",
    "YUANYOU_PAYPAL_CLIENT_SECRET": "ESecret",
    "YUANYOU_PAYPAL_WEBHOOK_IDS": "1JE4291016473214C",
    "YUANYOU_ESIM_URL": "https://esim.example",
    "YUANYOU_ESIM_TOKEN": "token",
    "YUANYOU_CARRIER_URL": "https://carrier.example",
    "YUANYOU_CARRIER_TOKEN": "token",
    "YUANYOU_SMTP_HOST": "mail.example",
    "YUANYOU_MAIL_FROM": "care@yuanyou.example",
}


def test_the_demo_needs_no_setting_at_all() -> None:
    config = Config.from_env({})
    assert (config.env, config.cells, config.book_currency) == ("demo", (1,), "USD")
    assert config.clock_file == Path(".data").absolute() / "clock.json"


def test_production_starts_with_what_it_must_be_given() -> None:
    config = Config.from_env(PRODUCTION)
    assert config.site_url == "https://yuanyou.example"
    assert config.allowed_hosts == ("yuanyou.example",)
    assert config.stripe_webhook_secrets == ("whsec_new", "whsec_old")
    assert (config.sandbox_url, config.clock_file, config.stripe_api_base) == (None, None, None)
    assert (config.paypal_api_base, config.paypal_cert_hosts) == (None, ())
    assert (config.smtp_port, config.smtp_tls) == (587, "starttls")


@pytest.mark.parametrize("name", [name for name in PRODUCTION if name != "YUANYOU_ENV"])
def test_production_names_the_setting_that_is_missing(name: str) -> None:
    with pytest.raises(Unsafe, match=rf"Set {name} to [^.]+"):
        Config.from_env({**PRODUCTION, name: ""})


def without(company: str) -> dict[str, str]:
    return {name: value for name, value in PRODUCTION.items() if company not in name}


@pytest.mark.parametrize("company", ["STRIPE", "PAYPAL"])
def test_one_company_that_takes_money_is_enough(company: str) -> None:
    config = Config.from_env(without(company))
    assert bool(config.stripe_secret_key) is (company != "STRIPE")
    assert bool(config.paypal_client_id) is (company != "PAYPAL")


def test_without_any_company_that_takes_money_production_says_which_there_are() -> None:
    neither = {name: value for name, value in without("STRIPE").items() if "PAYPAL" not in name}
    with pytest.raises(Unsafe) as refused:
        Config.from_env(neither)
    for name in PRODUCTION:
        if "STRIPE" in name or "PAYPAL" in name:
            assert name in str(refused.value)


def test_alipay_is_set_up_whole_with_its_key_or_its_certificates(tmp_path: Path) -> None:
    whole = {**PRODUCTION, **alipay()}
    assert Config.from_env(whole).alipay_seller == "2088000000000001"
    keyless = whole | {"YUANYOU_ALIPAY_PUBLIC_KEYS": ""}
    with pytest.raises(Unsafe, match="YUANYOU_ALIPAY_PUBLIC_KEYS"):
        Config.from_env(keyless)
    certified = Config.from_env(keyless | {"YUANYOU_ALIPAY_CERTIFICATES": str(tmp_path)})
    assert (certified.alipay_certificates, certified.alipay_public_keys) == (tmp_path, ())
    with pytest.raises(Unsafe, match="YUANYOU_ALIPAY_CERTIFICATES"):
        Config.from_env(keyless | {"YUANYOU_ALIPAY_CERTIFICATES": str(tmp_path / "nowhere")})


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("APP_ID", "sandbox-0000000000000001", "is the demo's"),
        ("PRIVATE_KEY", "MIIEvw", "must be a key"),
        ("PUBLIC_KEYS", "not a key", "must be a key"),
        ("API_BASE", "https://openapi-sandbox.dl.alipaydev.com", "only https://openapi.alipay.com"),
    ],
)
def test_with_alipay_s_sandbox_or_keys_that_are_none_production_does_not_start(
    name: str, value: str, sentence: str
) -> None:
    with pytest.raises(Unsafe, match=sentence):
        Config.from_env({**PRODUCTION, **alipay(), f"YUANYOU_ALIPAY_{name}": value})


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("APP_ID", "wxsandbox12345678", "is the demo's"),
        ("PUBLIC_KEYS", "PUB_KEY_ID_01=MIIBIj", "each key in one line of base64"),
        ("PRIVATE_KEY", "MIIEvw", "apiclient_key.pem"),
        ("API_KEY", "too short", "the 32 characters"),
        ("API_BASE", "http://127.0.0.1:8001", "only https://api.mch.weixin.qq.com"),
        ("CERT_SERIAL", "", "YUANYOU_WECHAT_CERT_SERIAL"),
        ("PRODUCTS", "native,fax", "not fax"),
        ("PRODUCTS", "native,jsapi", "jsapi needs it"),
    ],
)
def test_with_wechat_s_sandbox_or_half_of_its_keys_production_does_not_start(
    name: str, value: str, sentence: str
) -> None:
    assert Config.from_env({**PRODUCTION, **wechat()}).wechat_products == ("native",)
    with pytest.raises(Unsafe, match=sentence):
        Config.from_env({**PRODUCTION, **wechat(), f"YUANYOU_WECHAT_{name}": value})


def wechat() -> dict[str, str]:
    """All that it needs."""
    key = rsa.new_key()
    return {
        "YUANYOU_WECHAT_MCHID": "1900000001",
        "YUANYOU_WECHAT_APP_ID": "wx0123456789abcdef",
        "YUANYOU_WECHAT_API_KEY": "k" * 32,
        "YUANYOU_WECHAT_CERT_SERIAL": "5157F09EFDC096DE15EBE81A47057A72",
        "YUANYOU_WECHAT_PRIVATE_KEY": key,
        "YUANYOU_WECHAT_PUBLIC_KEYS": f"PUB_KEY_ID_01={rsa.public_of(key)}",
    }


def alipay() -> dict[str, str]:
    """All that it needs in key mode."""
    key = rsa.new_key()
    return {
        "YUANYOU_ALIPAY_APP_ID": "2014000000000001",
        "YUANYOU_ALIPAY_PRIVATE_KEY": key,
        "YUANYOU_ALIPAY_SELLER": "2088000000000001",
        "YUANYOU_ALIPAY_PUBLIC_KEYS": rsa.public_of(key),
    }


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("YUANYOU_SECRET_KEY", "short", "at least 50 random characters"),
        ("YUANYOU_SEAL_KEY", "c2hvcnQ=", "32 random bytes"),
        ("YUANYOU_SITE_URL", "http://yuanyou.example", "must start with https://"),
        ("YUANYOU_ALLOWED_HOSTS", "*", "anybody forge our links"),
        ("YUANYOU_STRIPE_SECRET_KEY", "sk_test_1", "is a test key"),
        ("YUANYOU_STRIPE_API_BASE", "http://127.0.0.1:8001", "only https://api.stripe.com"),
        ("YUANYOU_PAYPAL_CLIENT_ID", "sandbox-1", "is the demo's"),
        ("YUANYOU_PAYPAL_API_BASE", "https://api-m.sandbox.paypal.com", "only https://api-m.paypal.com"),
        ("YUANYOU_PAYPAL_CERT_HOSTS", "127.0.0.1:8001", "PayPal's own hosts"),
        ("YUANYOU_ESIM_URL", "http://esim.example", "must start with https://"),
        ("YUANYOU_SMTP_TLS", "none", "must not travel in the clear"),
        ("YUANYOU_SANDBOX_URL", "http://127.0.0.1:8001", "simulated companies are for the demo"),
        ("YUANYOU_CLOCK_FILE", "clock.json", "the clock does not travel"),
    ],
)
def test_production_refuses_what_is_unsafe(name: str, value: str, sentence: str) -> None:
    with pytest.raises(Unsafe, match=sentence) as refused:
        Config.from_env({**PRODUCTION, name: value})
    assert name in str(refused.value)
    assert value == "*" or value not in str(refused.value) or not name.endswith("KEY")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("YUANYOU_ENV", "staging"),
        ("YUANYOU_CELLS", "0"),
        ("YUANYOU_CELLS", "one"),
        ("YUANYOU_BOOKS_ZONE", "Mars/Olympus"),
        ("YUANYOU_BOOK_CURRENCY", "XYZ"),
        ("YUANYOU_SALE_CURRENCIES", "CNY"),
        ("YUANYOU_SALE_CURRENCIES", "CNY:0"),
        ("YUANYOU_SALE_CURRENCIES", "CNY:NaN"),
        ("YUANYOU_SALE_CURRENCIES", "CNY:Infinity"),
        ("YUANYOU_SALE_CURRENCIES", "XYZ:7"),
        ("YUANYOU_SALE_CURRENCIES", "USD:1"),
        ("YUANYOU_SMTP_PORT", "70000"),
        ("YUANYOU_WEB_WORKERS", "0"),
        ("YUANYOU_SURPLUS_POLICY", "keep"),
        ("YUANYOU_STRIPE_METHODS", "card,cheque"),
        ("YUANYOU_MAIL_FROM", "care"),
        ("YUANYOU_SUPPORT_PHONE", "917 555 0100"),
        ("YUANYOU_SUPPORT_HOURS", "8-24"),
        ("YUANYOU_SUPPORT_HOURS", "08:00-25:00"),
        ("DATABASE_URL", "mysql://db"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(Unsafe, match=name):
        Config.from_env({name: value})


def test_in_production_nobody_is_sent_to_the_demos_accounts() -> None:
    config = Config.from_env(PRODUCTION)
    assert (config.support_wechat, config.support_telegram, config.support_whatsapp) == ("", "", "")


def test_cells_are_counted_once_and_in_order() -> None:
    assert Config.from_env({"YUANYOU_CELLS": "2, 1,2"}).cells == (1, 2)


def test_no_secret_shows_when_the_settings_are_printed() -> None:
    shown = repr(Config.from_env({**PRODUCTION, "YUANYOU_SMTP_PASSWORD": "hush"}))
    secret = ["secret@db", "k" * 50, SEAL, "sk_live_1", "whsec_", "ESecret", "token", "hush"]
    assert [each for each in secret if each in shown] == []


def test_every_field_is_read_from_the_variable_named_after_it() -> None:
    """A field that no variable reaches cannot be set: a changed value must change the field."""
    changed = {
        **PRODUCTION,
        "YUANYOU_ENV": "demo",
        "YUANYOU_DATA": "/srv/yuanyou",
        "YUANYOU_ALLOWED_HOSTS": "shop.example",
        "YUANYOU_BOOKS_ZONE": "Asia/Taipei",
        "YUANYOU_BOOK_CURRENCY": "TWD",
        "YUANYOU_SALE_CURRENCIES": "CNY:0.22",
        "YUANYOU_TAX_JURISDICTION": "TW",
        "YUANYOU_CELLS": "7",
        "YUANYOU_STRIPE_API_BASE": "http://127.0.0.1:9",
        "YUANYOU_STRIPE_METHODS": "alipay",
        "YUANYOU_PAYPAL_MERCHANT": "YUANYOUSHOP88",
        "YUANYOU_PAYPAL_API_BASE": "http://127.0.0.1:9",
        "YUANYOU_PAYPAL_CERT_HOSTS": "127.0.0.1:9",
        "YUANYOU_ALIPAY_APP_ID": "2014000000000001",
        "YUANYOU_ALIPAY_PRIVATE_KEY": "MIIEvw",
        "YUANYOU_ALIPAY_SELLER": "2088000000000001",
        "YUANYOU_ALIPAY_PUBLIC_KEYS": "MIIBIj",
        "YUANYOU_ALIPAY_CERTIFICATES": str(Path(__file__).parent),
        "YUANYOU_ALIPAY_API_BASE": "http://127.0.0.1:9",
        "YUANYOU_WECHAT_MCHID": "1900000001",
        "YUANYOU_WECHAT_APP_ID": "wx0123456789abcdef",
        "YUANYOU_WECHAT_APP_SECRET": "secret",
        "YUANYOU_WECHAT_API_KEY": "key",
        "YUANYOU_WECHAT_CERT_SERIAL": "01",
        "YUANYOU_WECHAT_PRIVATE_KEY": "MIIEvw",
        "YUANYOU_WECHAT_PUBLIC_KEYS": "PUB_KEY_ID_01=MIIBIj",
        "YUANYOU_WECHAT_PRODUCTS": "native,jsapi",
        "YUANYOU_WECHAT_API_BASE": "http://127.0.0.1:9",
        "YUANYOU_SMTP_PORT": "26",
        "YUANYOU_SMTP_USER": "user",
        "YUANYOU_SMTP_PASSWORD": "word",
        "YUANYOU_SMTP_TLS": "tls",
        "YUANYOU_MAIL_FROM": "else@yuanyou.example",
        "YUANYOU_SANDBOX_URL": "http://127.0.0.1:8",
        "YUANYOU_CLOCK_FILE": "/srv/clock",
        "YUANYOU_TRUSTED_PROXIES": "2",
        "YUANYOU_WEB_WORKERS": "3",
        "YUANYOU_WEB_THREADS": "5",
        "YUANYOU_REFUND_APPROVAL_ABOVE": "1",
        "YUANYOU_PAYMENT_MINIMUM": "1",
        "YUANYOU_DAY_LIMIT": "1",
        "YUANYOU_TOP_UP_DAY_LIMIT": "1",
        "YUANYOU_SURPLUS_POLICY": "refund",
        "YUANYOU_SUPPORT_HOURS": "09:30-18:00",
        "YUANYOU_SUPPORT_WECHAT": "far-travel",
        "YUANYOU_SUPPORT_TELEGRAM": "far_travel",
        "YUANYOU_SUPPORT_WHATSAPP": "+18005550198",
    }
    names = [field.name for field in fields(Config)]
    assert {variable(name) for name in names} == set(changed)
    default, other = Config.from_env({}), Config.from_env(changed)
    same = [name for name in names if name != "env" and getattr(default, name) == getattr(other, name)]
    assert same == []

"""The one table that knows every adapter."""

from datetime import datetime
from functools import cache

from django.conf import settings

from yuanyou.esim.port import EsimPlatform
from yuanyou.messages.port import Channel
from yuanyou.network.port import Carrier
from yuanyou.payments.port import HostApp, PaymentProvider
from yuanyou.providers.alipay.adapter import Alipay
from yuanyou.providers.alipay.keys import Certificates
from yuanyou.providers.paypal.adapter import PayPal
from yuanyou.providers.simple_carrier.adapter import SimpleCarrier
from yuanyou.providers.simple_esim.adapter import SimpleEsim
from yuanyou.providers.smtp.adapter import Smtp
from yuanyou.providers.stripe.adapter import Stripe
from yuanyou.providers.wechat.adapter import WeChat
from yuanyou.providers.wechat.open_id import WeChatApp


class NoSuchProvider(LookupError):
    """Nobody of that name takes money for us."""


@cache
def payment_providers() -> dict[str, PaymentProvider]:
    """Every provider that is set up, by name, in the order pages offer them."""
    config = settings.CONFIG
    found: list[PaymentProvider] = []
    if config.stripe_secret_key:
        found.append(
            Stripe(
                secret_key=config.stripe_secret_key,
                webhook_secrets=config.stripe_webhook_secrets,
                api_base=config.stripe_api_base,
                methods=config.stripe_methods,
            )
        )
    if config.paypal_client_id:
        found.append(
            PayPal(
                client_id=config.paypal_client_id,
                client_secret=config.paypal_client_secret,
                webhook_ids=config.paypal_webhook_ids,
                merchant=config.paypal_merchant,
                api_base=config.paypal_api_base,
                cert_hosts=config.paypal_cert_hosts,
                # PayPal's orders do not end when ours do: only business time tells that one is over.
                now=_now,
            )
        )
    if config.alipay_app_id:
        found.append(_alipay())
    if config.wechat_mchid:
        found.append(_wechat())
    return {provider.name: provider for provider in found}


def _alipay() -> Alipay:
    config, folder = settings.CONFIG, settings.CONFIG.alipay_certificates
    return Alipay(
        app_id=config.alipay_app_id,
        private_key=config.alipay_private_key,
        public_keys=config.alipay_public_keys,
        certificates=Certificates.of(folder) if folder else None,
        merchant=config.alipay_seller,
        notify_url=f"{config.site_url}/hooks/payments/alipay/",
        api_base=config.alipay_api_base,
        # Nothing is there until the payer opens it: only business time tells that it never will be.
        now=_now,
        real=_real,
    )


def _wechat() -> WeChat:
    config = settings.CONFIG
    known = bool(config.wechat_app_secret)  # inside WeChat nobody pays whose openid we cannot ask for
    return WeChat(
        mchid=config.wechat_mchid,
        app_id=config.wechat_app_id,
        api_key=config.wechat_api_key,
        cert_serial=config.wechat_cert_serial,
        private_key=config.wechat_private_key,
        public_keys=config.wechat_public_keys,
        products=tuple(each for each in config.wechat_products if known or each != "jsapi"),
        notify_url=f"{config.site_url}/hooks/payments/wechat/",
        api_base=config.wechat_api_base,
        # An order that nobody pays stays open there: only business time tells that it is over.
        now=_now,
        real=_real,
    )


def _real() -> datetime:
    """Requests are signed with the time of the world, wherever the demo's clock has travelled."""
    return settings.CLOCK.now() - settings.CLOCK.offset()


def _now() -> datetime:
    return settings.CLOCK.now()


def pay_hosts() -> tuple[str, ...]:
    """The hosts of every pay page: forms lead there, and a suspended line reaches them."""
    hosts = (host for provider in payment_providers().values() for host in provider.capabilities().pay_hosts)
    return tuple(dict.fromkeys(hosts))


def payment_provider(name: str) -> PaymentProvider:
    """NoSuchProvider when nobody has that name."""
    try:
        return payment_providers()[name]
    except KeyError:
        raise NoSuchProvider(name) from None


@cache
def host_app() -> HostApp | None:
    """Who asks WeChat for the openid of a payer inside it; None: nobody can, and JSAPI is not offered."""
    config = settings.CONFIG
    if not config.wechat_app_secret or "jsapi" not in config.wechat_products:
        return None
    return WeChatApp(
        app_id=config.wechat_app_id, secret=config.wechat_app_secret, base=config.wechat_api_base
    )


@cache
def esim_platform() -> EsimPlatform:
    return SimpleEsim(url=settings.CONFIG.esim_url, token=settings.CONFIG.esim_token)


@cache
def carrier() -> Carrier:
    return SimpleCarrier(url=settings.CONFIG.carrier_url, token=settings.CONFIG.carrier_token)


@cache
def mail() -> Channel:
    config = settings.CONFIG
    return Smtp(
        host=config.smtp_host,
        port=config.smtp_port,
        user=config.smtp_user,
        password=config.smtp_password,
        tls=config.smtp_tls,
        sender=config.mail_from,
    )

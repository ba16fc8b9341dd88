"""The one table that knows every adapter."""

from functools import cache

from django.conf import settings

from yuanyou.esim.port import EsimPlatform
from yuanyou.messages.port import Channel
from yuanyou.payments.port import PaymentProvider
from yuanyou.providers.simple_esim.adapter import SimpleEsim
from yuanyou.providers.smtp.adapter import Smtp
from yuanyou.providers.stripe.adapter import Stripe


class NoSuchProvider(LookupError):
    """Nobody of that name takes money for us."""


@cache
def payment_providers() -> dict[str, PaymentProvider]:
    """Every configured provider by name, in the order pages offer them."""
    config = settings.CONFIG
    stripe = Stripe(
        secret_key=config.stripe_secret_key,
        webhook_secrets=config.stripe_webhook_secrets,
        api_base=config.stripe_api_base,
    )
    return {stripe.name: stripe}


def payment_provider(name: str) -> PaymentProvider:
    """NoSuchProvider when nobody has that name."""
    try:
        return payment_providers()[name]
    except KeyError:
        raise NoSuchProvider(name) from None


@cache
def esim_platform() -> EsimPlatform:
    return SimpleEsim(url=settings.CONFIG.esim_url, token=settings.CONFIG.esim_token)


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

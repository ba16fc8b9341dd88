"""The sandbox's companies for flow tests: real protocols, our adapters pointed at them."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.conf import settings

from tests.doctor import breaches
from yuanyou import wiring
from yuanyou_sandbox.testing import RunningSandbox


@pytest.fixture(scope="session")
def companies() -> Iterator[RunningSandbox]:
    with RunningSandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(companies: RunningSandbox, house: None) -> Iterator[RunningSandbox]:
    """Fresh companies, and our adapters pointed at them for one test."""
    companies.control("reset")
    before = settings.CONFIG
    settings.CONFIG = replace(
        before,
        stripe_secret_key=companies.stripe_key,
        stripe_webhook_secrets=(companies.webhook_secret,),
        stripe_api_base=companies.stripe_url,
        paypal_client_id=companies.paypal_client_id,
        paypal_client_secret=companies.paypal_client_secret,
        paypal_webhook_ids=(companies.paypal_webhook_id,),
        paypal_merchant=companies.paypal_merchant_id,
        paypal_api_base=companies.paypal_url,
        paypal_cert_hosts=(companies.url.removeprefix("http://"),),
        alipay_app_id=companies.alipay["app_id"],
        alipay_private_key=companies.alipay["app_private_key"],
        alipay_public_keys=(companies.alipay["alipay_public_key"],),
        alipay_seller=companies.alipay["seller_id"],
        alipay_api_base=companies.alipay_url,
        wechat_mchid=companies.wechat_mchid,
        wechat_app_id=companies.wechat_app_id,
        wechat_app_secret=companies.wechat_app_secret,
        wechat_api_key=companies.wechat_api_key,
        wechat_cert_serial=companies.wechat_cert_serial,
        wechat_private_key=companies.wechat_private_key,
        wechat_public_keys=(f"{companies.wechat_key_id}={companies.wechat_public_key}",),
        wechat_api_base=companies.wechat_url,
        esim_url=companies.esim_url,
        esim_token=companies.esim_token,
        carrier_url=companies.carrier_url,
        carrier_token=companies.carrier_token,
    )
    _forget_adapters()
    yield companies
    settings.CONFIG = before
    _forget_adapters()


@pytest.fixture
def sound(house: None) -> Iterator[None]:
    """Whatever the test did: every question of the doctor has its right answer."""
    yield
    assert breaches() == []


def _forget_adapters() -> None:
    for adapters in (wiring.payment_providers, wiring.host_app, wiring.esim_platform, wiring.carrier):
        adapters.cache_clear()

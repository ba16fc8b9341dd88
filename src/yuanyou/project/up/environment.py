"""The environment of the demo's processes: what the operator has set, over defaults that fit together."""

import os
from collections.abc import Mapping
from pathlib import Path

from yuanyou.project.up import rsa
from yuanyou.project.up.ports import HOST, Ports

THEIRS = "SANDBOX_"
OURS = ("YUANYOU_", "SANDBOX_", "DATABASE_URL", "DJANGO_SETTINGS_MODULE")


def settings(
    own: Mapping[str, str], *, data: Path, ports: Ports, database_url: str, secrets: Mapping[str, str]
) -> dict[str, str]:
    """Every YUANYOU_ variable for this run and DATABASE_URL; what `own` sets wins over the defaults.

    What begins with SANDBOX_ is for the simulated companies alone.
    """
    # By name: browsers refuse passkeys at a bare address. The sandbox keeps the address, so that
    # the way to a pay page and back crosses sites, as it will with a real company.
    site = f"http://localhost:{ports.web}"
    sandbox = f"http://{HOST}:{ports.sandbox}"
    defaults = {
        **secrets,
        "YUANYOU_SITE_URL": site,
        "YUANYOU_SANDBOX_URL": sandbox,
        "YUANYOU_STRIPE_API_BASE": f"{sandbox}/stripe",
        "YUANYOU_PAYPAL_API_BASE": f"{sandbox}/paypal",
        "YUANYOU_PAYPAL_CERT_HOSTS": f"{HOST}:{ports.sandbox}",
        "YUANYOU_ALIPAY_PUBLIC_KEYS": rsa.public_of(secrets["SANDBOX_ALIPAY_PRIVATE_KEY"]),
        "YUANYOU_ALIPAY_API_BASE": f"{sandbox}/alipay",
        "YUANYOU_WECHAT_PUBLIC_KEYS": _wechat_key(secrets),
        "YUANYOU_WECHAT_API_BASE": f"{sandbox}/wechat",
        "YUANYOU_ESIM_URL": f"{sandbox}/esim",
        "YUANYOU_CARRIER_URL": f"{sandbox}/carrier",
        "YUANYOU_SMTP_HOST": HOST,
        "YUANYOU_SMTP_PORT": str(ports.smtp),
    }
    chosen = {name: value for name, value in own.items() if name.startswith("YUANYOU_")}
    fixed = {"YUANYOU_DATA": str(data), "DATABASE_URL": database_url}
    return {**defaults, **chosen, **fixed}


def of_product(own: Mapping[str, str], found: Mapping[str, str]) -> dict[str, str]:
    """For our own processes."""
    ours = {name: value for name, value in found.items() if not name.startswith(THEIRS)}
    return {**_neutral(own), **ours, "DJANGO_SETTINGS_MODULE": "yuanyou.project.settings"}


def of_sandbox(
    own: Mapping[str, str], found: Mapping[str, str], *, data: Path, ports: Ports
) -> dict[str, str]:
    """For the simulated companies: they know what an outside company would, and nothing else of ours."""
    return {
        **_neutral(own),
        "SANDBOX_DATA": str(data / "sandbox"),
        "SANDBOX_PORT": str(ports.sandbox),
        "SANDBOX_SMTP_PORT": str(ports.smtp),
        "SANDBOX_STRIPE_KEY": found["YUANYOU_STRIPE_SECRET_KEY"],
        "SANDBOX_STRIPE_WEBHOOK_SECRET": found["YUANYOU_STRIPE_WEBHOOK_SECRETS"].partition(",")[0],
        "SANDBOX_STRIPE_WEBHOOK_URL": f"http://{HOST}:{ports.web}/hooks/payments/stripe/",
        "SANDBOX_PAYPAL_CLIENT_ID": found["YUANYOU_PAYPAL_CLIENT_ID"],
        "SANDBOX_PAYPAL_CLIENT_SECRET": found["YUANYOU_PAYPAL_CLIENT_SECRET"],
        "SANDBOX_PAYPAL_MERCHANT_ID": found["YUANYOU_PAYPAL_MERCHANT"],
        "SANDBOX_PAYPAL_WEBHOOK_ID": found["YUANYOU_PAYPAL_WEBHOOK_IDS"].partition(",")[0],
        "SANDBOX_PAYPAL_WEBHOOK_URL": f"http://{HOST}:{ports.web}/hooks/payments/paypal/",
        "SANDBOX_ALIPAY_APP_ID": found["YUANYOU_ALIPAY_APP_ID"],
        "SANDBOX_ALIPAY_SELLER_ID": found["YUANYOU_ALIPAY_SELLER"],
        "SANDBOX_ALIPAY_APP_PUBLIC_KEY": rsa.public_of(found["YUANYOU_ALIPAY_PRIVATE_KEY"]),
        "SANDBOX_ALIPAY_PRIVATE_KEY": found["SANDBOX_ALIPAY_PRIVATE_KEY"],
        "SANDBOX_WECHAT_MCHID": found["YUANYOU_WECHAT_MCHID"],
        "SANDBOX_WECHAT_APP_ID": found["YUANYOU_WECHAT_APP_ID"],
        "SANDBOX_WECHAT_APP_SECRET": found["YUANYOU_WECHAT_APP_SECRET"],
        "SANDBOX_WECHAT_API_KEY": found["YUANYOU_WECHAT_API_KEY"],
        "SANDBOX_WECHAT_CERT_SERIAL": found["YUANYOU_WECHAT_CERT_SERIAL"],
        "SANDBOX_WECHAT_MERCHANT_KEY": rsa.public_of(found["YUANYOU_WECHAT_PRIVATE_KEY"]),
        "SANDBOX_WECHAT_PLATFORM_KEY": found["SANDBOX_WECHAT_PLATFORM_KEY"],
        "SANDBOX_WECHAT_PLATFORM_KEY_ID": found["SANDBOX_WECHAT_PLATFORM_KEY_ID"],
        "SANDBOX_ESIM_TOKEN": found["YUANYOU_ESIM_TOKEN"],
        "SANDBOX_CARRIER_TOKEN": found["YUANYOU_CARRIER_TOKEN"],
        "SANDBOX_CLOCK_FILE": found.get("YUANYOU_CLOCK_FILE") or str(data / "clock.json"),
    }


def _wechat_key(secrets: Mapping[str, str]) -> str:
    """WeChat's public key for us, with its name."""
    key = rsa.public_of(secrets["SANDBOX_WECHAT_PLATFORM_KEY"])
    return f"{secrets['SANDBOX_WECHAT_PLATFORM_KEY_ID']}={key}"


def _neutral(own: Mapping[str, str]) -> dict[str, str]:
    """Without anything of ours; output comes line by line, not when a buffer is full."""
    kept = {name: value for name, value in own.items() if not name.startswith(OURS)}
    return {**kept, "PYTHONUNBUFFERED": "1", "PATH": own.get("PATH", os.defpath)}

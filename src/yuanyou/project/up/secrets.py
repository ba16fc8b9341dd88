"""The demo's secrets: made at the first start, kept in the data folder for its owner's eyes only.

They go to the children by environment and are never logged. Production sets its own.
"""

import base64
import json
import os
import secrets
import string
from collections.abc import Callable
from pathlib import Path

from yuanyou.project.payment_settings import SANDBOX_APP, SANDBOX_CLIENT
from yuanyou.project.up import rsa
from yuanyou.project.up.trouble import Trouble


def _capitals(length: int) -> str:
    """What PayPal's ids look like."""
    return "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(length))


MAKERS: dict[str, Callable[[], str]] = {
    "YUANYOU_SECRET_KEY": lambda: secrets.token_urlsafe(48),
    "YUANYOU_SEAL_KEY": lambda: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    "YUANYOU_STRIPE_SECRET_KEY": lambda: f"sk_test_{secrets.token_hex(24)}",
    "YUANYOU_STRIPE_WEBHOOK_SECRETS": lambda: f"whsec_{secrets.token_hex(24)}",
    "YUANYOU_PAYPAL_CLIENT_ID": lambda: f"{SANDBOX_CLIENT}{secrets.token_hex(24)}",
    "YUANYOU_PAYPAL_CLIENT_SECRET": lambda: secrets.token_hex(24),
    "YUANYOU_PAYPAL_WEBHOOK_IDS": lambda: _capitals(17),
    "YUANYOU_PAYPAL_MERCHANT": lambda: _capitals(13),
    "YUANYOU_ALIPAY_APP_ID": lambda: f"{SANDBOX_CLIENT}{secrets.randbelow(10**16):016}",
    "YUANYOU_ALIPAY_SELLER": lambda: f"2088{secrets.randbelow(10**12):012}",
    "YUANYOU_ALIPAY_PRIVATE_KEY": rsa.new_key,
    "SANDBOX_ALIPAY_PRIVATE_KEY": rsa.new_key,
    "YUANYOU_WECHAT_MCHID": lambda: f"19{secrets.randbelow(10**8):08}",
    "YUANYOU_WECHAT_APP_ID": lambda: f"{SANDBOX_APP}{secrets.token_hex(4)}",
    "YUANYOU_WECHAT_APP_SECRET": lambda: secrets.token_hex(16),
    "YUANYOU_WECHAT_API_KEY": lambda: secrets.token_hex(16),
    "YUANYOU_WECHAT_CERT_SERIAL": lambda: secrets.token_hex(20).upper(),
    "YUANYOU_WECHAT_PRIVATE_KEY": rsa.new_key,
    "SANDBOX_WECHAT_PLATFORM_KEY": rsa.new_key,
    "SANDBOX_WECHAT_PLATFORM_KEY_ID": lambda: f"PUB_KEY_ID_{secrets.token_hex(16).upper()}",
    "YUANYOU_ESIM_TOKEN": lambda: secrets.token_urlsafe(32),
    "YUANYOU_CARRIER_TOKEN": lambda: secrets.token_urlsafe(32),
}


def load(data: Path) -> dict[str, str]:
    """Environment variable -> secret; makes and stores those that are missing."""
    path = data / "secrets.json"
    try:
        known: dict[str, str] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    except (OSError, ValueError) as error:
        raise Trouble(
            f"{path} cannot be read ({error}): restore it, or start anew with another --data."
        ) from None
    missing = {name: make() for name, make in MAKERS.items() if name not in known}
    if missing:
        known |= missing
        write_private(path, json.dumps(known, indent=2))
    return known


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read; readers see the old one or the new one, never half."""
    scratch = path.with_name(f"{path.name}.{os.getpid()}.new")
    scratch.unlink(missing_ok=True)
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    scratch.replace(path)

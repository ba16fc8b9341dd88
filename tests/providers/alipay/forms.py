"""Alipay's side of a notice, signed with keys of our own."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from tests.providers.contract import Sent
from yuanyou_sandbox.alipay import keys

HEADERS = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
BEIJING = ZoneInfo("Asia/Shanghai")
FORMAT = "%Y-%m-%d %H:%M:%S"


@cache
def private_key(whose: str) -> str:
    """A key for each name, made once."""
    assert whose
    return keys.new_private()


def public_key(whose: str) -> str:
    return keys.public_of(private_key(whose))


def fields_of(body: bytes) -> dict[str, str]:
    return dict(parse_qsl(body.decode("latin-1"), keep_blank_values=True))


def signed(fields: Mapping[str, str], *, by: str) -> Sent:
    """These fields as a notice of `by`."""
    told = {name: value for name, value in fields.items() if name not in {"sign", "sign_type"}}
    text = "&".join(f"{name}={value}" for name, value in sorted(told.items()))
    sign = keys.sign(private_key(by), text.encode())
    return Sent(HEADERS, urlencode(told | {"sign_type": "RSA2", "sign": sign}).encode())


def in_beijing(age: timedelta = timedelta()) -> str:
    """`age` ago."""
    return (datetime.now(UTC) - age).astimezone(BEIJING).strftime(FORMAT)

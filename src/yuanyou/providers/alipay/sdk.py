"""python-alipay-sdk with what it lacks: POST, a deadline, Beijing's time, several keys, exact raw texts.

The SDK composes and signs requests in both modes. It would send all business data in an address, in local
time, and hide what an unsigned error says.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from alipay import AliPay, DCAliPay  # type: ignore[import-untyped]
from Cryptodome.Hash import SHA256
from Cryptodome.PublicKey import RSA
from Cryptodome.Signature import pkcs1_15

from yuanyou.payments.port import Unknown
from yuanyou.providers.alipay.errors import OUR_REQUEST, Problem
from yuanyou.providers.alipay.keys import Certificates, key_of, serial_of, serials_of

BEIJING = ZoneInfo("Asia/Shanghai")
FORMAT = "%Y-%m-%d %H:%M:%S"
ERROR = "error_response"
UNSIGNED = frozenset({"sign", "sign_type"})


class Sdk(Protocol):
    """What we use of it, in either mode."""

    def server_api(self, api_name: str, biz_content: dict[str, Any], **more: Any) -> dict[str, Any]: ...

    def build_body(self, method: str, biz_content: Any = None, **more: Any) -> dict[str, Any]: ...

    def signed(self, data: dict[str, Any]) -> dict[str, str]: ...

    def proves_notice(self, fields: Mapping[str, str]) -> bool: ...


class Spoken:
    """Laid over either mode of the SDK. `post` sends one request and gives the raw answer."""

    post: Callable[[dict[str, str]], str]
    real: Callable[[], datetime]
    proving: tuple[RSA.RsaKey, ...]

    def build_body(self, method: str, biz_content: Any = None, **more: Any) -> dict[str, Any]:
        """With the time in Beijing, wherever we run."""
        stamp = beijing(self.real())
        made: dict[str, Any] = super().build_body(  # type: ignore[misc]
            method, biz_content, timestamp=stamp, format="JSON", **more
        )
        return made

    def verified_sync_response(self, data: dict[str, Any], response_type: str) -> dict[str, Any]:
        """POST instead of an address full of data; what comes back is proved before it is believed."""
        return self.read(self.post(self.signed(data)), response_type)

    def signed(self, data: dict[str, Any]) -> dict[str, str]:
        """The parameters with their signature."""
        ordered = self._ordered_data(data)  # type: ignore[attr-defined]
        text = "&".join(f"{name}={value}" for name, value in ordered)
        return dict(ordered) | {"sign": self._sign(text)}  # type: ignore[attr-defined]

    def read(self, raw: str, response_type: str) -> dict[str, Any]:
        """The answer. Unknown unless Alipay signed exactly this text; Problem when it did not do it."""
        whole = json.loads(raw)
        name = response_type if response_type in whole else ERROR
        if "sign" not in whole:
            return _unsigned(whole[name])
        content = raw_of(raw, name)
        if not self.proves(content.encode(), whole["sign"]):
            raise Unknown("bad_signature", content[:200])
        answer: dict[str, Any] = json.loads(content)
        if answer["code"] not in {"10000", "10003"}:
            raise _problem(answer)
        return answer

    def proves(self, text: bytes, signature: str) -> bool:
        """Did Alipay sign exactly this, with any key we know?"""
        try:
            sent = base64.b64decode(signature, validate=True)
        except (binascii.Error, ValueError):
            return False
        return any(_fits(key, text, sent) for key in self.proving)

    def proves_notice(self, fields: Mapping[str, str]) -> bool:
        """A notice is signed without `sign` and without `sign_type`; a request has its `sign_type` signed."""
        told = sorted(item for item in fields.items() if item[0] not in UNSIGNED)
        return self.proves("&".join(f"{name}={value}" for name, value in told).encode(), fields["sign"])


class KeyMode(Spoken, AliPay):  # type: ignore[misc]
    """Alipay is known by its public key."""


class CertificateMode(Spoken, DCAliPay):  # type: ignore[misc]
    """Both sides are known by certificates; their serial numbers go with each request.

    The SDK reads certificates with interfaces that are on their way out: these are read here.
    """

    def load_alipay_public_key_string(self) -> bytes:
        return key_of(self._alipay_public_key_cert_string).export_key()

    @cached_property
    def app_cert_sn(self) -> str:
        return serial_of(self._app_public_key_cert_string)

    @cached_property
    def alipay_root_cert_sn(self) -> str:
        return serials_of(self._alipay_root_cert_string)


def connect(
    *,
    app_id: str,
    private_key: str,
    public_keys: tuple[str, ...],
    certificates: Certificates | None,
    post: Callable[[dict[str, str]], str],
    real: Callable[[], datetime],
) -> Sdk:
    """The SDK for one app. ValueError for a key that cannot be read; blank public keys are none."""
    own = key_of(private_key).export_key()
    known = tuple(key_of(text) for text in public_keys if text.strip())
    made: KeyMode | CertificateMode
    if certificates is None:
        # The SDK wants a key of Alipay's; which ones prove is ours to say.
        made = KeyMode(app_id, app_private_key_string=own, alipay_public_key_string=own)
    else:
        made = CertificateMode(app_id, own, certificates.app, certificates.alipay, certificates.root)
        known = (key_of(certificates.alipay), *known)
    made.post, made.real, made.proving = post, real, known
    return made


def raw_of(raw: str, name: str) -> str:
    """The very characters of one member of an answer: what was signed. ValueError when it is not there."""
    start = raw.index(f'"{name}"') + len(name) + 2
    start = raw.index(":", start) + 1
    start += len(raw[start:]) - len(raw[start:].lstrip())
    _, end = json.JSONDecoder().raw_decode(raw, start)
    return raw[start:end]


def beijing(moment: datetime) -> str:
    """A moment as Alipay reads it."""
    return moment.astimezone(BEIJING).strftime(FORMAT)


def _unsigned(answer: dict[str, Any]) -> dict[str, Any]:
    """Nobody vouches for it. That it does not know us may be said so, for it settles nothing."""
    if str(answer.get("code")) in OUR_REQUEST:
        raise _problem(answer)
    raise Unknown("unsigned_answer", str(answer)[:200])


def _problem(answer: dict[str, Any]) -> Problem:
    return Problem(str(answer["code"]), str(answer.get("sub_code", "")), str(answer.get("sub_msg", "")))


def _fits(key: RSA.RsaKey, text: bytes, signature: bytes) -> bool:
    try:
        pkcs1_15.new(key).verify(SHA256.new(text), signature)
    except ValueError:
        return False
    return True

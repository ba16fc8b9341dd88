"""`gateway.do` as it is on the wire: one address, forms in, signed JSON out, and what goes wrong.

Source: opendocs.alipay.com/common (signing, public parameters, gateway codes).
"""

import asyncio
import time
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, urlencode

from yuanyou_sandbox.alipay import keys, lies, operations
from yuanyou_sandbox.alipay.account import BEIJING, COMPANY, FORMAT, Account
from yuanyou_sandbox.alipay.errors import BUSINESS, INVALID, MISSING, UNAVAILABLE, Refusal
from yuanyou_sandbox.alipay.fields import Fields
from yuanyou_sandbox.alipay.operations import Doors
from yuanyou_sandbox.shared.faults import Fault
from yuanyou_sandbox.shared.http import Receive, Scope, Send, hang, read, reply
from yuanyou_sandbox.shared.store import Document, dumps

SAYS = {
    "system_error": Refusal(UNAVAILABLE, "ACQ.SYSTEM_ERROR"),
    "seller_poor": Refusal(BUSINESS, "ACQ.SELLER_BALANCE_NOT_ENOUGH"),
}
"""Faults that are refusals."""
BEFORE = frozenset({"timeout_before", "error_500", "slow", *SAYS})
AFTER = frozenset({"timeout_after", "malformed"})
WRONG_KEY = "wrong_key"
SLOW_SECONDS = 2
SKEW_SECONDS = 600
CHARSETS = {"utf-8": "utf-8", "gbk": "gb18030"}
ERROR = "error_response"
FOUND = 302
NEEDED = {"app_id": "app-id", "method": "method", "sign": "signature"}


@dataclass(frozen=True, slots=True)
class Request:
    """A proved request."""

    method: str
    fields: dict[str, str]
    encoding: str

    @property
    def about(self) -> str | None:
        """The order it is about, as far as one can tell without doing anything."""
        try:
            return Fields(self.fields.get("biz_content", "")).text("out_trade_no")
        except Refusal:
            return None

    @property
    def doors(self) -> Doors:
        return Doors(self.fields.get("notify_url") or None, self.fields.get("return_url") or None)


class Gateway:
    """An ASGI application. Payers who come with a signed address are sent on to the cashier."""

    def __init__(self, account: Account) -> None:
        self._account, self._faults = account, account.world.faults
        self._stranger: str | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fields, encoding = fields_of(scope["query_string"], await read(receive))
        method = fields.get("method", "")
        try:
            request = self.prove(fields, encoding)
            if method in operations.PAGES:
                await self._send_on(request, send)
                return
            _check_method(method)
        except Refusal as refusal:
            if method in operations.PAGES:
                await _go(send, f"{self._account.url}/refused?{urlencode({'why': refusal.sub_code})}")
                return
            # Whose app it is nobody knows: there is no key to sign with.
            known = fields.get("app_id") == self._account.app_id
            await self._answer(send, method, refusal.fields, encoding, signed=known)
            return
        await self._serve(request, receive, send)

    def prove(self, fields: dict[str, str], encoding: str) -> Request:
        """Refusal unless the app signed exactly this, lately."""
        account = self._account
        for name, called in NEEDED.items():
            if not fields.get(name):
                raise Refusal(MISSING, f"isv.missing-{called}")
        if fields["app_id"] != account.app_id:
            raise Refusal(INVALID, "isv.invalid-app-id")
        if fields.get("sign_type") != "RSA2":
            raise Refusal(INVALID, "isv.invalid-signature-type")
        text = "&".join(
            f"{name}={value}" for name, value in sorted(fields.items()) if value and name != "sign"
        )
        if not keys.signed(account.app_public_key, text.encode(encoding), fields["sign"]):
            raise Refusal(INVALID, "isv.invalid-signature")
        _check_time(fields.get("timestamp", ""))
        if fields.get("version") != "1.0":
            raise Refusal(INVALID, "isv.invalid-parameter", "version")
        self._check_certificates(fields)
        return Request(fields["method"], fields, encoding)

    def _check_certificates(self, fields: dict[str, str]) -> None:
        sent = (fields.get("app_cert_sn"), fields.get("alipay_root_cert_sn"))
        wanted: tuple[str | None, str | None] = (None, None)
        if self._account.in_certificate_mode:
            known = self._account.certificates
            wanted = (keys.serial_of(known.app), keys.serial_of(known.root))
        if sent != wanted:
            raise Refusal(INVALID, "isv.invalid-parameter", "app_cert_sn")

    async def _serve(self, request: Request, receive: Receive, send: Send) -> None:
        act, _run = operations.METHODS[request.method]
        fault = self._faults.take(COMPANY, act, BEFORE | AFTER, request.about)
        if fault and fault.fault == "timeout_before":
            await hang(receive, send, fault.seconds)
            return
        if fault and fault.fault == "error_500":
            await reply(send, 502, {"Content-Type": "text/html"}, b"<html>502 Bad Gateway</html>")
            return
        if fault and fault.fault == "slow":
            await asyncio.sleep(fault.seconds or SLOW_SECONDS)
        told = self._done(request, fault)
        if fault and fault.fault == "timeout_after":
            await hang(receive, send, fault.seconds)
            return
        lie = self._faults.take(COMPANY, act, lies.OF_ANSWERS, request.about)
        told = lies.told_falsely(told, lie) if lie else told
        wrong = self._faults.take(COMPANY, act, {WRONG_KEY}, request.about) is not None
        broken = fault is not None and fault.fault == "malformed"
        await self._answer(send, request.method, told, request.encoding, broken=broken, wrong_key=wrong)

    async def _send_on(self, request: Request, send: Send) -> None:
        """A payer at the door: the order is there from now on, its trade when they open it."""
        _act, product = operations.PAGES[request.method]
        content = Fields(request.fields.get("biz_content", ""))
        order = operations.lay(self._account, content, request.doors, product)
        await _go(send, f"{self._account.url}/cashier/{order['slug']}")

    def _done(self, request: Request, fault: Fault | None) -> Document:
        """What came of it, or why it was not done."""
        _act, run = operations.METHODS[request.method]
        if fault and fault.fault in SAYS:
            return dict(SAYS[fault.fault].fields)
        try:
            return run(self._account, Fields(request.fields.get("biz_content", "")), request.doors)
        except Refusal as refusal:
            return dict(refusal.fields)

    async def _answer(
        self,
        send: Send,
        method: str,
        told: Document,
        encoding: str,
        *,
        signed: bool = True,
        broken: bool = False,
        wrong_key: bool = False,
    ) -> None:
        name = f"{method.replace('.', '_')}_response" if method in operations.METHODS else ERROR
        # Slashes escaped, as Alipay's are: whoever verifies a text of their own making finds it wrong.
        content = dumps(told).replace("/", "\\/")
        body = f'{{"{name}":{content}'
        if signed:
            if self._account.in_certificate_mode:
                body += f',"alipay_cert_sn":"{keys.serial_of(self._account.certificates.alipay)}"'
            key = self._somebody_else() if wrong_key else self._account.private_key
            body += f',"sign":"{keys.sign(key, content.encode(encoding))}"'
        raw = f"{body}}}".encode(encoding)
        headers = {"Content-Type": f"text/html;charset={encoding}"}
        await reply(send, 200, headers, raw[: len(raw) // 2] if broken else raw)

    def _somebody_else(self) -> str:
        self._stranger = self._stranger or keys.new_private()
        return self._stranger


def fields_of(query: bytes, body: bytes) -> tuple[dict[str, str], str]:
    """Everything sent, in the address or as a form, and its character set."""
    raw = b"&".join(part for part in (query, body) if part).decode("latin-1")
    named = dict(parse_qsl(raw, keep_blank_values=True)).get("charset", "utf-8").lower()
    encoding = CHARSETS.get(named, "utf-8")
    return dict(parse_qsl(raw, keep_blank_values=True, encoding=encoding, errors="replace")), encoding


async def _go(send: Send, url: str) -> None:
    await reply(send, FOUND, {"Location": url}, b"")


def _check_method(method: str) -> None:
    if method not in operations.METHODS:
        raise Refusal(INVALID, "isv.invalid-method")


def _check_time(text: str) -> None:
    """Beijing's time, of now: real time, as the caller's clock is."""
    try:
        said = datetime.strptime(text, FORMAT).replace(tzinfo=BEIJING).timestamp()
    except ValueError:
        raise Refusal(INVALID, "isv.invalid-timestamp") from None
    if abs(time.time() - said) > SKEW_SECONDS:
        raise Refusal(INVALID, "isv.invalid-timestamp")

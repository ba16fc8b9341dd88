"""WeChat Pay's APIv3 on the wire: signed requests, signed answers, and what goes wrong between them."""

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

from yuanyou_sandbox.shared.faults import Fault
from yuanyou_sandbox.shared.http import Receive, Scope, Send, hang, read, reply
from yuanyou_sandbox.shared.store import Document, dumps
from yuanyou_sandbox.wechat import signing
from yuanyou_sandbox.wechat.account import COMPANY, Account
from yuanyou_sandbox.wechat.errors import ApiError, bad_field
from yuanyou_sandbox.wechat.lies import LIES, told_falsely
from yuanyou_sandbox.wechat.operations import Call, Operation, operation_of

BEFORE = frozenset({"timeout_before", "error_500", "rate_limit", "slow"})
MALFORMED, UNSIGNED = "malformed", "unsigned"
AFTER = frozenset({"timeout_after", MALFORMED, UNSIGNED}) | signing.WRONG_SIGNING
SLOW_SECONDS = 2
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    """Without the sandbox's own prefix, as it is signed."""
    query: str
    headers: dict[str, str]
    body: bytes

    @property
    def target(self) -> str:
        return f"{self.path}?{self.query}" if self.query else self.path

    def tree(self) -> Any:
        """The body. ApiError when it is not what it says."""
        if self.method != "POST":
            return {}
        if self.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
            raise ApiError(415, "PARAM_ERROR", "Http头Content-Type应为application/json")
        try:
            return json.loads(self.body)
        except ValueError:
            raise bad_field("/", "请求体不是合法的JSON") from None


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` None: 204."""

    status: int
    body: Document | bytes | None

    def raw(self) -> bytes:
        if self.body is None or isinstance(self.body, bytes):
            return self.body or b""
        return dumps(self.body).encode()


class Api:
    """An ASGI application for everything under /v3."""

    def __init__(self, account: Account) -> None:
        self._account, self._faults = account, account.world.faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = await _request(scope, receive)
        try:
            operation, ident = self._understood(request)
        except ApiError as error:
            await self._send(send, request, Answer(error.status, error.body))
            return
        fault = self._faults.take(COMPANY, operation.name, BEFORE | AFTER, ident or None)
        if fault and fault.fault == "timeout_before":
            await hang(receive, send, fault.seconds)
            return
        answer = await self._answer(request, operation, ident, fault)
        if fault and fault.fault == "timeout_after":
            await hang(receive, send, fault.seconds)
            return
        await self._send(send, request, answer, fault.fault if fault else None)

    def _understood(self, request: Request) -> tuple[Operation, str]:
        """What is asked for, proved to be asked by the merchant. ApiError before anything is done."""
        if JSON not in request.headers.get("accept", "") and "*/*" not in request.headers.get("accept", ""):
            raise ApiError(406, "PARAM_ERROR", "Http头缺少Accept或者不支持该类型")
        if not request.headers.get("user-agent"):
            raise ApiError(400, "PARAM_ERROR", "Http头缺少User-Agent")
        signing.check(self._account, request.method, request.target, request.headers, request.body)
        operation, ident = operation_of(request.method, request.path)
        return operation, unquote(ident)

    async def _answer(
        self, request: Request, operation: Operation, ident: str, fault: Fault | None
    ) -> Answer:
        try:
            await _stumble(fault)
            call = Call(
                self._account,
                ident,
                dict(parse_qsl(request.query, keep_blank_values=True)),
                request.tree(),
            )
            with self._account.transaction():
                outcome = operation.run(call)
        except ApiError as error:
            return Answer(error.status, error.body)
        if outcome is None:
            return Answer(204, None)
        if isinstance(outcome, tuple):
            return Answer(*outcome)
        if isinstance(outcome, bytes):
            return Answer(200, outcome)
        lie = self._faults.take(COMPANY, operation.name, LIES, ident or None)
        return Answer(200, told_falsely(outcome, lie) if lie else outcome)

    async def _send(self, send: Send, request: Request, answer: Answer, wrong: str | None = None) -> None:
        body = answer.raw()
        is_file = isinstance(answer.body, bytes)
        # Who names no key gets the platform certificate's signature, as ever.
        wanted = request.headers.get("wechatpay-serial") or self._account.certified_keys()[-1].ident
        signed = b"-" if wrong == MALFORMED and not body else body
        headers = signing.signature_headers(
            self._account, signed, int(time.time()), wanted=wanted, wrong=wrong
        )
        if wrong == UNSIGNED or is_file:  # bills are proved by their hash alone
            headers = {"Request-ID": headers["Request-ID"]}
        if answer.body is not None:
            headers["Content-Type"] = "application/octet-stream" if is_file else f"{JSON}; charset=utf-8"
        if wrong == MALFORMED:
            body = body[: len(body) // 2]
        await reply(send, answer.status, headers, body)


async def _request(scope: Scope, receive: Receive) -> Request:
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return Request(
        method=scope["method"],
        path=raw.decode("latin-1").partition("?")[0].removeprefix(f"/{COMPANY}"),
        query=scope["query_string"].decode("latin-1"),
        headers={name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
        body=await read(receive),
    )


async def _stumble(fault: Fault | None) -> None:
    """Faults that come before anything is done."""
    if fault is None:
        return
    if fault.fault == "error_500":
        raise ApiError(500, "SYSTEM_ERROR", "系统异常，请稍后重试")
    if fault.fault == "rate_limit":
        raise ApiError(429, "FREQUENCY_LIMITED", "频率超限，请降低请求频率")
    if fault.fault == "slow":
        await asyncio.sleep(fault.seconds or SLOW_SECONDS)

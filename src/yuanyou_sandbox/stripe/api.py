"""Stripe's API as it is on the wire: keys, versions, forms, idempotency, errors, and what goes wrong.

Sources: docs.stripe.com/api and the request and error code of the official SDK.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

from yuanyou_sandbox.shared.faults import Fault
from yuanyou_sandbox.shared.http import Receive, Scope, Send, hang, read, reply
from yuanyou_sandbox.shared.store import Document, dumps
from yuanyou_sandbox.stripe import operations
from yuanyou_sandbox.stripe.account import API_VERSION, COMPANY, Account, Cause
from yuanyou_sandbox.stripe.errors import ApiError
from yuanyou_sandbox.stripe.expand import expanded
from yuanyou_sandbox.stripe.idempotency import Kept, Keys, fingerprint, in_use
from yuanyou_sandbox.stripe.ids import new_id
from yuanyou_sandbox.stripe.lies import LIES, told_falsely
from yuanyou_sandbox.stripe.params import Params, decode

BEFORE = {"timeout_before", "error_500", "error_500_kept", "rate_limit", "lock_timeout", "key_in_use", "slow"}
AFTER = {"timeout_after", "malformed"}
SLOW_SECONDS = 2
PREFIX = "/v1/"
BROKEN = "An unknown error occurred"
TOO_MANY = "Request rate limit exceeded. Learn more about rate limits: https://stripe.com/docs/rate-limits."
LOCKED = (
    "This object cannot be accessed right now because another API request or Stripe process is currently"
    " accessing it. If you see this error intermittently, retry the request."
)


@dataclass(frozen=True, slots=True)
class Request:
    """What was sent, read as far as it must be before anything is done."""

    id: str
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    @property
    def key(self) -> str | None:
        """The idempotency key; only POST has one."""
        return self.headers.get("idempotency-key") if self.method == "POST" else None


class Api:
    """An ASGI application, to be mounted so that `/v1/` follows."""

    def __init__(self, account: Account, secret_key: str) -> None:
        self._account, self._secret_key = account, secret_key
        self._faults = account.world.faults
        self.keys = Keys(account.world)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = await _request(scope, receive)
        try:
            self._check_key(request)
            call = operations.call_of(request.method, request.path)
        except ApiError as error:
            await self._send(send, request, _failed(error, request.id))
            return
        fault = self._faults.take(COMPANY, call.name, BEFORE | AFTER, call.ident)
        if fault and fault.fault == "timeout_before":
            await hang(receive, send, fault.seconds)
            return
        answer, replayed = await self._answer(request, call, fault)
        if fault and fault.fault == "timeout_after":
            await hang(receive, send, fault.seconds)
            return
        broken = fault is not None and fault.fault == "malformed"
        await self._send(send, request, answer, replayed=replayed, broken=broken)

    async def _answer(
        self, request: Request, call: operations.Call, fault: Fault | None
    ) -> tuple[Kept, bool]:
        """The answer, and whether it was given before."""
        try:
            _stumble(fault, request.key)
            if request.key is None:
                await _dawdle(fault)
                return self._do(request, call, None, fault), False
            same = fingerprint(request.method, request.path, request.body)
            kept = self.keys.begin(request.key, same)
            if kept:
                return kept, True
            try:
                await _dawdle(fault)
                return self._do(request, call, same, fault), False
            finally:
                self.keys.end(request.key)
        except ApiError as error:
            return _failed(error, request.id), False

    def _do(self, request: Request, call: operations.Call, same: str | None, fault: Fault | None) -> Kept:
        """Carry it out, and keep the answer with it. ApiError when nothing was done."""
        if request.method == "GET":
            _break(fault)
            return Kept(200, self._run(request, call), request.id)
        self._account.cause = Cause(request.id, request.key)
        try:
            with self._account.transaction():
                try:
                    _break(fault)
                    answer = Kept(200, self._run(request, call), request.id)
                except ApiError as error:
                    if not error.ran:
                        raise
                    answer = _failed(error, request.id)
                if request.key and same:
                    self.keys.keep(request.key, same, answer)
                return answer
        finally:
            self._account.cause = Cause()

    def _run(self, request: Request, call: operations.Call) -> bytes:
        tree = decode(request.body.decode(errors="replace") if request.method == "POST" else request.query)
        paths = Params({"expand": tree.pop("expand", [])}).texts("expand")
        answer = operations.run(self._account, call, Params(tree))
        return _encoded(self._with_lies(expanded(self._account, answer, paths), call))

    def _with_lies(self, answer: Document, call: operations.Call) -> Document:
        lie = self._faults.take(COMPANY, call.name, LIES, answer.get("id"))
        return told_falsely(answer, lie) if lie else answer

    def _check_key(self, request: Request) -> None:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key:
            raise ApiError(
                "You did not provide an API key. You need to provide your API key in the Authorization"
                " header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
                status=401,
            )
        if key != self._secret_key:
            shown = f"{key[:8]}{'*' * max(0, len(key) - 12)}{key[-4:]}"
            raise ApiError(f"Invalid API Key provided: {shown}", status=401)

    async def _send(
        self, send: Send, request: Request, answer: Kept, *, replayed: bool = False, broken: bool = False
    ) -> None:
        headers = {
            "Content-Type": "application/json",
            "Request-Id": request.id,
            "Stripe-Version": request.headers.get("stripe-version", API_VERSION),
        }
        if request.key:
            headers["Idempotency-Key"] = request.key
        if replayed:
            headers |= {"Idempotent-Replayed": "true", "Original-Request": answer.request_id}
        if answer.retry is not None:
            headers["Stripe-Should-Retry"] = str(answer.retry).lower()
        body = answer.body[: len(answer.body) // 2] if broken else answer.body
        await reply(send, answer.status, headers, body)


async def _request(scope: Scope, receive: Receive) -> Request:
    path = scope["path"]
    return Request(
        id=new_id("req_"),
        method=scope["method"],
        path=path[path.index(PREFIX) + len(PREFIX) :] if PREFIX in path else path,
        query=scope["query_string"].decode("latin-1"),
        headers={name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
        body=await read(receive),
    )


def _stumble(fault: Fault | None, key: str | None) -> None:
    """Faults that answer before anything is done, and are not kept."""
    match fault.fault if fault else None:
        case "error_500":
            raise ApiError(BROKEN, status=500, type="api_error", retry=True)
        case "rate_limit":
            raise ApiError(TOO_MANY, status=429, code="rate_limit")
        case "lock_timeout":
            raise ApiError(LOCKED, status=429, code="lock_timeout", retry=True)
        case "key_in_use":
            raise in_use(key or "")


def _break(fault: Fault | None) -> None:
    """The fault that is kept as the answer for the key."""
    if fault and fault.fault == "error_500_kept":
        raise ApiError(BROKEN, status=500, type="api_error", retry=False)


async def _dawdle(fault: Fault | None) -> None:
    if fault and fault.fault == "slow":
        await asyncio.sleep(fault.seconds or SLOW_SECONDS)


def _failed(error: ApiError, request_id: str) -> Kept:
    return Kept(error.status, _encoded({"error": error.body}), request_id, error.retry)


def _encoded(answer: Any) -> bytes:
    return dumps(answer).encode()

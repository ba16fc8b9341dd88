"""PayPal's API as it is on the wire: tokens, JSON, request ids, preferences, errors, and what goes wrong.

Sources: developer.paypal.com/api/rest (requests, responses) and the official SDK.
"""

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from yuanyou_sandbox.paypal import operations
from yuanyou_sandbox.paypal.account import COMPANY, Account
from yuanyou_sandbox.paypal.errors import ApiError, invalid
from yuanyou_sandbox.paypal.idempotency import HEADER, Kept, RequestIds, fingerprint
from yuanyou_sandbox.paypal.ids import debug_id
from yuanyou_sandbox.paypal.lies import LIES, told_falsely
from yuanyou_sandbox.paypal.multipart import KIND as FORM
from yuanyou_sandbox.paypal.multipart import decode_form
from yuanyou_sandbox.paypal.operations import TOKEN, TOKEN_PATH, Call
from yuanyou_sandbox.paypal.reader import Reader, decode, decode_patch
from yuanyou_sandbox.paypal.tokens import OAuthRefusal, Tokens
from yuanyou_sandbox.shared.faults import Fault
from yuanyou_sandbox.shared.http import Receive, Scope, Send, hang, read, reply
from yuanyou_sandbox.shared.store import Document, dumps

BEFORE = {"timeout_before", "error_500", "rate_limit", "slow"}
AFTER = {"timeout_after", "malformed"}
SLOW_SECONDS = 2
JSON = "application/json"
WHOLE = "return=representation"


@dataclass(frozen=True, slots=True)
class Request:
    """What was sent, read as far as it must be before anything is done."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    @property
    def key(self) -> str | None:
        """PayPal-Request-Id; only POST has one."""
        return self.headers.get(HEADER.lower()) if self.method == "POST" else None

    def tree(self) -> dict[str, Any]:
        """The fields. ApiError for a body that is not what it says."""
        if self.method == "PATCH":
            return decode_patch(self.body)
        if self.method != "POST":
            return dict(parse_qsl(self.query, keep_blank_values=True))
        content_type = self.headers.get("content-type", "")
        kind = content_type.partition(";")[0].strip().lower()
        if kind == FORM:
            return decode_form(content_type, self.body)
        if kind != JSON:
            told = "The server does not support the request payload's media type."
            raise ApiError(415, "UNSUPPORTED_MEDIA_TYPE", told)
        return decode(self.body)


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` None: nothing is sent."""

    status: int
    body: Document | None


class Api:
    """An ASGI application for everything under /v1, /v2 and /v3."""

    def __init__(self, account: Account, tokens: Tokens) -> None:
        self._account, self._tokens = account, tokens
        self._faults = account.world.faults
        self.request_ids = RequestIds(account.world)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = await _request(scope, receive)
        try:
            call = self._call(request)
        except (ApiError, OAuthRefusal) as error:
            await _send(send, _failed(error))
            return
        name, about = (call.name, call.ident) if call else (TOKEN, None)
        fault = self._faults.take(COMPANY, name, BEFORE | AFTER, about)
        if fault and fault.fault == "timeout_before":
            await hang(receive, send, fault.seconds)
            return
        answer = await self._answer(request, call, fault)
        if fault and fault.fault == "timeout_after":
            await hang(receive, send, fault.seconds)
            return
        await _send(send, answer, broken=fault is not None and fault.fault == "malformed")

    def _call(self, request: Request) -> Call | None:
        """What is asked for; None is a token. ApiError or OAuthRefusal before anything is done."""
        if (request.method, request.path) == ("POST", TOKEN_PATH):
            return None
        self._tokens.check(request.headers.get("authorization", ""))
        return operations.call_of(request.method, request.path)

    async def _answer(self, request: Request, call: Call | None, fault: Fault | None) -> Answer:
        try:
            _stumble(fault)
            if call is None:
                await _dawdle(fault)
                granted = self._tokens.grant(request.headers.get("authorization", ""), request.body)
                return Answer(200, granted)
            return await self._do(request, call, fault)
        except (ApiError, OAuthRefusal) as error:
            return _failed(error)

    async def _do(self, request: Request, call: Call, fault: Fault | None) -> Answer:
        """Carry it out, or tell what came of it the first time."""
        tree = request.tree()
        if request.key is None or not call.operation.kept_seconds:
            _check_key(request, call, tree)
            await _dawdle(fault)
            return self._run(request, call, tree, None)
        same = fingerprint(request.method, request.path, tree)
        kept = self.request_ids.begin(request.key, same)
        if kept:
            return self._again(request, call, kept)
        try:
            await _dawdle(fault)
            return self._run(request, call, tree, same)
        finally:
            self.request_ids.end(request.key)

    def _run(self, request: Request, call: Call, tree: dict[str, Any], same: str | None) -> Answer:
        """In one transaction with what is kept for the request id. ApiError when nothing was done."""
        reader = Reader(tree, location="body" if request.method in {"POST", "PATCH"} else "query")
        if request.method == "GET":
            return self._shown(request, call, call.run(self._account, reader), call.operation.status)
        with self._account.transaction():
            try:
                document = call.run(self._account, reader)
                kept = Kept(document["id"] if document and same else None, None)
                answer = self._shown(request, call, document, call.operation.status)
            except ApiError as error:
                if not error.ran:
                    raise
                kept, answer = Kept(None, (error.status, error.body)), _failed(error)
            if request.key and same:
                self.request_ids.keep(request.key, same, kept, call.operation.kept_seconds)
            return answer

    def _again(self, request: Request, call: Call, kept: Kept) -> Answer:
        if kept.failure:
            return _with_debug_id(*kept.failure)
        assert kept.subject
        assert call.operation.again
        return self._shown(request, call, call.operation.again(self._account, kept.subject), 200)

    def _shown(self, request: Request, call: Call, document: Document | None, status: int) -> Answer:
        """As the caller prefers it, true or not."""
        if document is None:
            return Answer(status, None)
        brief = call.operation.brief if WHOLE not in request.headers.get("prefer", "") else None
        told = (brief or call.operation.whole)(self._account, document)
        lie = self._faults.take(COMPANY, call.name, LIES, document.get("id"))
        return Answer(status, told_falsely(told, lie) if lie else told)


async def _request(scope: Scope, receive: Receive) -> Request:
    return Request(
        method=scope["method"],
        path=scope["path"].removeprefix(f"/{COMPANY}/"),
        query=scope["query_string"].decode("latin-1"),
        headers={name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
        body=await read(receive),
    )


def _check_key(request: Request, call: Call, tree: dict[str, Any]) -> None:
    """Whoever names what pays must name the request, too."""
    if call.name == "orders.create" and request.key is None and tree.get("payment_source"):
        raise invalid("PAYPAL_REQUEST_ID_REQUIRED", HEADER, location="header")


def _stumble(fault: Fault | None) -> None:
    """Faults that answer before anything is done."""
    if fault and fault.fault == "error_500":
        raise ApiError(500, "INTERNAL_SERVER_ERROR", "An internal server error has occurred.")
    if fault and fault.fault == "rate_limit":
        raise ApiError(429, "RATE_LIMIT_REACHED", "Too many requests. Blocked due to rate limiting.")


async def _dawdle(fault: Fault | None) -> None:
    if fault and fault.fault == "slow":
        await asyncio.sleep(fault.seconds or SLOW_SECONDS)


def _failed(error: ApiError | OAuthRefusal) -> Answer:
    if isinstance(error, OAuthRefusal):
        return Answer(error.status, error.body)
    return _with_debug_id(error.status, error.body)


def _with_debug_id(status: int, body: Document) -> Answer:
    return Answer(status, body | {"debug_id": debug_id()})


async def _send(send: Send, answer: Answer, *, broken: bool = False) -> None:
    known = answer.body.get("debug_id") if answer.body else None
    headers = {"PayPal-Debug-Id": known or debug_id()}
    if answer.body is None:
        await reply(send, answer.status, headers, b"")
        return
    body = dumps(answer.body).encode()
    headers["Content-Type"] = JSON
    await reply(send, answer.status, headers, body[: len(body) // 2] if broken else body)

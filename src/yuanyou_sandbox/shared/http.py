"""Small ASGI helpers for the companies' interfaces, where Starlette's comfort costs too much time."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

Scope = Any
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]

HANG_SECONDS = 30
"""How long a request that is never answered stays open: longer than any caller should wait."""
LONGEST_BODY = 2_000_000


class TooLong(Exception):
    """The request's body has more than `LONGEST_BODY` bytes."""


async def read(receive: Receive) -> bytes:
    """The whole body."""
    body: bytes = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > LONGEST_BODY:
            raise TooLong
        if not message.get("more_body"):
            return body


async def reply(send: Send, status: int, headers: Mapping[str, str], body: bytes) -> None:
    """One answer."""
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    raw.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


async def hang(receive: Receive, send: Send, seconds: float | None) -> None:
    """No answer until the caller gives up; then, or after `seconds`, half of one, and the line goes dead."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds or HANG_SECONDS):
            while (await receive())["type"] != "http.disconnect":
                pass
            return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
    await send({"type": "http.response.body", "body": b"{", "more_body": True})

"""A keep-alive HTTP/1.1 client for one thing: to POST a body and read a short answer.

Notices come in their hundreds a second, on the machine that is being measured. In the same run this client
took less than a tenth of the processor time of a general one.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

LONGEST_BODY = 1_000_000
BODILESS = frozenset({204, 304})


class NoAnswer(Exception):
    """Refused, cut off, too late or not HTTP."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes


Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Place = tuple[str, int]


class Poster:
    """Connections are kept per host and port and used again."""

    def __init__(self, timeout_seconds: float) -> None:
        self._timeout = timeout_seconds
        self._idle: defaultdict[Place, list[Connection]] = defaultdict(list)

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """NoAnswer when none came in time. A kept connection that turns out dead is tried anew, once."""
        try:
            async with asyncio.timeout(self._timeout):
                return await self._post(url, headers, body)
        except TimeoutError as error:
            raise NoAnswer(f"no answer in {self._timeout:g} s") from error
        except (OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            raise NoAnswer(str(error) or type(error).__name__) from error

    def close(self) -> None:
        for connections in self._idle.values():
            for _, writer in connections:
                writer.close()
        self._idle.clear()

    async def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        parts = urlsplit(url)
        place = (parts.hostname or "", parts.port or 80)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        lines = {"Host": parts.netloc, **headers, "Content-Length": str(len(body))}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        request = f"POST {target} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body
        if self._idle[place]:
            try:
                return await self._exchange(place, self._idle[place].pop(), request)
            except (ConnectionError, asyncio.IncompleteReadError):
                pass  # closed while it was idle: nobody read the request
        return await self._exchange(place, await asyncio.open_connection(*place), request)

    async def _exchange(self, place: Place, connection: Connection, request: bytes) -> Answer:
        reader, writer = connection
        kept = False
        try:
            writer.write(request)
            status, headers = _head(await reader.readuntil(b"\r\n\r\n"))
            body = await _body(reader, status, headers)
            kept = _can_stay(status, headers)
            return Answer(status, body)
        finally:
            if kept:
                self._idle[place].append(connection)
            else:
                writer.close()


def _head(raw: bytes) -> tuple[int, dict[str, str]]:
    first, *lines = raw.decode("latin-1").split("\r\n")
    version, status, *_ = first.split(" ", 2)
    if not version.startswith("HTTP/1."):
        raise ValueError(f"not HTTP: {first[:40]}")
    pairs = (line.partition(":") for line in lines if line)
    return int(status), {name.strip().lower(): value.strip() for name, _, value in pairs}


def _can_stay(status: int, headers: Mapping[str, str]) -> bool:
    """The server keeps it open, and we know where its answer ended."""
    framed = status in BODILESS or "content-length" in headers or "transfer-encoding" in headers
    return framed and headers.get("connection", "").lower() != "close"


async def _body(reader: asyncio.StreamReader, status: int, headers: Mapping[str, str]) -> bytes:
    if status in BODILESS:
        return b""
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return await _chunks(reader)
    length = int(headers.get("content-length", "0"))
    if length > LONGEST_BODY:
        raise ValueError("the answer is too long")
    return await reader.readexactly(length)


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
        body += (await reader.readexactly(size + 2))[:-2]
        if len(body) > LONGEST_BODY:
            raise ValueError("the answer is too long")
    await reader.readuntil(b"\r\n")
    return body

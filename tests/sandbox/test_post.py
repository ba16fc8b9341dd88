"""The client that posts notices, against servers with every habit HTTP allows."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from yuanyou_sandbox.shared.post import Answer, NoAnswer, Poster

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def _post(
    answers: list[bytes], *, times: int = 1, close_after: bool = False
) -> tuple[list[Answer], int, bytes]:
    """Post to a server that gives these answers in turn: what came, over how many, the last request."""
    connections: list[asyncio.StreamWriter] = []
    seen = b""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal seen
        connections.append(writer)
        try:
            while answers:
                head = await reader.readuntil(b"\r\n\r\n")
                seen = head + await reader.readexactly(4)
                writer.write(answers.pop(0))
                if close_after:
                    break
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()

    async def play() -> list[Answer]:
        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        poster = Poster(timeout_seconds=1)
        try:
            found = []
            for _ in range(times):
                found.append(await poster.post(f"http://127.0.0.1:{port}/hooks?a=1", {"X-A": "b"}, b"body"))
                await asyncio.sleep(0.01)
            return found
        finally:
            poster.close()
            server.close()
            await server.wait_closed()

    return asyncio.run(play()), len(connections), seen


def test_a_post_is_plain_http() -> None:
    answers, _, seen = _post([OK])
    assert answers == [Answer(200, b"ok")]
    assert seen.startswith(b"POST /hooks?a=1 HTTP/1.1\r\nHost: 127.0.0.1:")
    assert b"X-A: b\r\n" in seen
    assert seen.endswith(b"Content-Length: 4\r\n\r\nbody")


def test_one_connection_serves_many_posts() -> None:
    answers, connections, _ = _post([OK] * 3, times=3)
    assert (len(answers), connections) == (3, 1)


def test_a_connection_the_server_closed_meanwhile_is_replaced() -> None:
    answers, connections, _ = _post([OK] * 3, times=3, close_after=True)
    assert (answers, connections) == ([Answer(200, b"ok")] * 3, 3)


@pytest.mark.parametrize(
    ("raw", "answer"),
    [
        (b"HTTP/1.1 204 No Content\r\n\r\n", Answer(204, b"")),
        (b"HTTP/1.1 500 Oops\r\ncontent-length: 4\r\n\r\noops", Answer(500, b"oops")),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nab\r\n3\r\ncde\r\n0\r\n\r\n",
            Answer(200, b"abcde"),
        ),
        (b"HTTP/1.0 200 OK\r\n\r\n", Answer(200, b"")),
    ],
)
def test_answers_of_every_framing_are_read(raw: bytes, answer: Answer) -> None:
    assert _post([raw])[0] == [answer]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
    ],
)
def test_what_is_not_a_whole_answer_is_no_answer(raw: bytes) -> None:
    with pytest.raises(NoAnswer):
        _post([raw], close_after=True)


def test_a_server_that_says_nothing_is_given_up() -> None:
    with pytest.raises(NoAnswer, match="no answer in 1 s"):
        _post([b"HTTP/1.1 200 OK\r\n", OK])


def test_nobody_there_is_no_answer() -> None:
    with pytest.raises(NoAnswer):
        asyncio.run(Poster(timeout_seconds=1).post("http://127.0.0.1:9/", {}, b""))

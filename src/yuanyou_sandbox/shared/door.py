"""Who may come in: programs and people of this machine, not web pages of somebody else in their browser."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from yuanyou_sandbox.shared.http import Receive, Scope, Send, TooLong, reply

App = Callable[[Scope, Receive, Send], Awaitable[None]]
OURS = frozenset({"127.0.0.1", "localhost", "::1"})


class Door:
    """Middleware: 421 for a foreign host (DNS rebinding), 403 for another site's form, 413 for too long."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = dict(scope["headers"])
            host = headers.get(b"host", b"").decode("latin-1")
            if urlsplit(f"//{host}").hostname not in OURS:
                await reply(send, 421, {}, b"The sandbox answers on 127.0.0.1 and localhost only.\n")
                return
            origin = headers.get(b"origin", b"").decode("latin-1")
            if origin and scope["method"] == "POST" and urlsplit(origin).netloc != host:
                await reply(send, 403, {}, b"This form came from another site.\n")
                return
        try:
            await self._app(scope, receive, send)
        except TooLong:
            await reply(send, 413, {}, b"This is too long.\n")

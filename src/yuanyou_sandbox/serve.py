"""Run the sandbox in this process: granian's embedded server on loopback, until SIGTERM or Ctrl-C."""

import asyncio
import logging
import signal
import socket

from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server

from yuanyou_sandbox.app import create_app
from yuanyou_sandbox.settings import HOST, Settings

BACKLOG = 1024
STOP_SECONDS = 1


class Taken(Exception):
    """Another program has the port."""


def serve(settings: Settings) -> None:
    """Returns when it was told to stop. Taken when a port is not free."""
    for port in (settings.port, settings.smtp_port):
        _check_free(port)
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    server = Server(
        create_app(settings),
        address=HOST,
        port=settings.port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        websockets=False,
        backlog=BACKLOG,
        log_enabled=False,
    )
    server.workers_kill_timeout = STOP_SECONDS
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, server.stop)
    print(f"sandbox: {settings.url}/ and mail on {HOST}:{settings.smtp_port}", flush=True)
    await server.serve()


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise Taken(f"port {port} of {HOST} is taken: {error.strerror}") from error

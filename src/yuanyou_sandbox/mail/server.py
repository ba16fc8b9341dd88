"""The SMTP server (RFC 5321), in the same loop as everything else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiosmtpd.smtp import SMTP

from yuanyou_sandbox.mail.inbox import COMPANY, Inbox
from yuanyou_sandbox.settings import HOST
from yuanyou_sandbox.shared.faults import Faults
from yuanyou_sandbox.shared.world import World

SEND = "mail.send"
ACTS = (SEND,)
REFUSE, TEMPFAIL, SLOW = "refuse", "tempfail", "slow"
FAULTS = (REFUSE, TEMPFAIL, SLOW)
SLOW_SECONDS = 2
LARGEST_BYTES = 10_000_000
IDLE_SECONDS = 60
TAKEN = "250 OK"
ANSWERS = {
    REFUSE: "550 5.1.1 No such mailbox here",
    TEMPFAIL: "451 4.3.0 Try again later",
}


class Handler:
    """What aiosmtpd asks us; the names of the methods are its."""

    def __init__(self, inbox: Inbox, faults: Faults) -> None:
        self._inbox, self._faults = inbox, faults

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """One recipient; faults are `about` the address."""
        del server, session
        fault = self._faults.take(COMPANY, SEND, FAULTS, address.lower())
        if fault and fault.fault in ANSWERS:
            return ANSWERS[fault.fault]
        if fault:
            await asyncio.sleep(fault.seconds or SLOW_SECONDS)
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return TAKEN

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """The letter itself."""
        del server, session
        self._inbox.take(envelope.mail_from or "", envelope.rcpt_tos, envelope.content)
        return TAKEN


@asynccontextmanager
async def listening(world: World) -> AsyncIterator[None]:
    """Takes mail on the port of the settings for as long as this lasts."""
    handler = Handler(Inbox(world), world.faults)
    loop = asyncio.get_running_loop()

    def protocol() -> asyncio.Protocol:
        smtp: asyncio.Protocol = SMTP(
            handler,
            hostname="sandbox.localhost",
            ident="Yuanyou sandbox",
            enable_SMTPUTF8=True,
            data_size_limit=LARGEST_BYTES,
            timeout=IDLE_SECONDS,
            loop=loop,
        )
        return smtp

    server = await loop.create_server(protocol, HOST, world.settings.smtp_port)
    try:
        yield
    finally:
        server.close()

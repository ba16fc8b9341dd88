"""The ports of a running system: the first is chosen, the others follow it."""

import errno
import socket
from dataclasses import asdict, dataclass

from yuanyou.project.up.trouble import Trouble

HOST = "127.0.0.1"
LAST = 65535


@dataclass(frozen=True, slots=True)
class Ports:
    """All on loopback."""

    web: int
    sandbox: int
    smtp: int

    @classmethod
    def following(cls, first: int) -> "Ports":
        """`first` and the next two. Trouble when there is no room for them."""
        if not 1 <= first <= LAST - 2:
            raise Trouble(
                f"There are no three ports from {first} on: choose --port between 1024 and {LAST - 2}."
            )
        return cls(first, first + 1, first + 2)

    def check_free(self) -> None:
        """Trouble that names the first port somebody else listens on."""
        for use, port in asdict(self).items():
            try:
                # As our servers bind: not stopped by connections of the last run that linger.
                socket.create_server((HOST, port)).close()
            except OSError as error:
                raise Trouble(_why(error, port=port, use=use)) from None


def _why(error: OSError, *, port: int, use: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} ({use}) is taken: stop what uses it, or choose others with --port N."
    return f"Port {port} ({use}) cannot be used ({error.strerror}): choose others with --port N."


def listening(port: int) -> bool:
    """Does somebody accept connections there?"""
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True

"""The web server: granian, which answers HTTP and calls Django by WSGI."""

from granian import Granian
from granian.constants import Interfaces

from yuanyou.project import target

STOP_SECONDS = 3


def serve(host: str, port: int) -> None:
    """Answer until SIGTERM or Ctrl-C. Its workers load Django; this process only watches them."""
    config = target.enter_environment()
    Granian(
        "yuanyou.project.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=config.web_workers,
        blocking_threads=config.web_threads,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
    ).serve()

"""`python -m yuanyou_sandbox`: the simulated companies on their own. Every option is also SANDBOX_... ."""

import argparse
import os
import sys

from yuanyou_sandbox.serve import Taken, serve
from yuanyou_sandbox.settings import Settings, Unsafe
from yuanyou_sandbox.shared.store import InUse


def main() -> int:
    """0 after a clean stop; 2 with one sentence when it cannot start."""
    options = vars(_parser().parse_args())
    try:
        serve(Settings.from_env(os.environ, **options))
    except (Unsafe, Taken, InUse) as error:
        print(f"sandbox: {error}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="yuanyou_sandbox", description="Simulated outside companies, on loopback."
    )
    parser.add_argument("--data", metavar="DIR", help="where its state is kept")
    parser.add_argument("--port", type=int, metavar="N", help="of its pages and interfaces")
    parser.add_argument("--smtp-port", type=int, metavar="N", help="of its mail server")
    parser.add_argument(
        "--notify-stripe", dest="stripe_webhook_url", metavar="URL", help="where Stripe's notices go"
    )
    parser.add_argument(
        "--notify-paypal", dest="paypal_webhook_url", metavar="URL", help="where PayPal's notices go"
    )
    parser.add_argument("--clock-file", metavar="FILE", help="the demo's travelling clock")
    return parser


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # Everything is closed, but the server's own threads may still ask for the interpreter: were it taken
    # down under them, they would abort the process after a clean stop.
    os._exit(status)

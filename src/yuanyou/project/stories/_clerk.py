"""Somebody of staff with a browser: added by the command, signed in with password and authenticator."""

import base64
import hmac
import re
import subprocess
import sys
import time
from datetime import date

from yuanyou.project.steps import NotAsTold
from yuanyou.project.stories._visitor import PATIENCE_SECONDS, Visitor
from yuanyou.project.target import Target

EMAIL, NAME = "story@yuanyou.example", "Story"
REASON = "The story says so"
PERIOD_SECONDS, DIGITS = 30, 6
STATEMENT_SECONDS = 180
"""The worker looks once a minute whether a statement is due."""


class Clerk:
    """Gives money back, explains what others gave, and looks at the day's statements."""

    def __init__(self, target: Target) -> None:
        self.visitor = Visitor(target.site_url)
        visitor, password = self.visitor, _password(target)
        visitor.go("/staff/sign-in/").send(having="login", login=EMAIL, password=password)
        secret = re.search(r'<code class="wrap">([A-Z2-7]+)</code>', visitor.page.text)
        if secret is None:
            raise NotAsTold(f"{visitor.url} shows no secret for an authenticator: {visitor.text[:300]}")
        visitor.send(having="code", code=_totp(secret[1]))
        visitor.go("/console/")

    def gives_back(
        self, order: str, amount: str, *, seconds: float = PATIENCE_SECONDS, **choices: str
    ) -> None:
        """All that is left of an order's first attempt that still has something; it must end well in time."""
        visitor = self.visitor.go(f"/console/orders/{order}/")
        visitor.go(visitor.link(rf"/console/orders/{order}/refund/[^/]+/"))
        visitor.send(having="amount", step="preview", reason=REASON, **choices)
        visitor.must_say("This would happen", amount)
        visitor.send(having="step", step="confirm")
        visitor.wait_until_it_says(f"{amount} Done", seconds=seconds)

    def explains(self, order: str, amount: str) -> None:
        """A refund that was made in the provider's own pages is found; staff say that it was for the term."""
        visitor = self.visitor
        visitor.wait_until_it_says("refund: outside", path=f"/console/orders/{order}/")
        visitor.go(visitor.link(r"/console/refunds/ref_[^/]+/"))
        visitor.must_say(f"{amount} Done", "What was it for?")
        visitor.send(having="takes_back", takes_back="term", reason=REASON)
        visitor.must_say("The term that was bought")
        if "What was it for?" in visitor.text:
            raise NotAsTold(f"{visitor.url} still asks what the refund was for")

    def open_cases(self) -> set[str]:
        """What differs between statements and books, and nobody has decided: the addresses."""
        self.visitor.go("/console/reconciliation/")
        return set(re.findall(r'href="(/console/reconciliation/cases/\d+/)"', self.visitor.page.text))

    def waits_for_statement(self, provider: str, day: date) -> None:
        path = f"/console/reconciliation/?day={day}"
        self.visitor.wait_until_it_says(f"{provider} · {day} Pulled", path=path, seconds=STATEMENT_SECONDS)

    def name_at_provider(self, order: str) -> str:
        """How the provider calls the first attempt of an order."""
        visitor = self.visitor.go(f"/console/orders/{order}/")
        found = re.search(r'<td class="code">((?:cs|pi)_[^<]+)</td>', visitor.page.text)
        if found is None:
            raise NotAsTold(f"{visitor.url} names no session: {visitor.text[:300]}")
        return found[1]


def _password(target: Target) -> str:
    """A new one for the story's member of staff, who is added the first time."""
    for words in (["add", EMAIL, "--name", NAME], ["reset", EMAIL]):
        command = [sys.executable, "-m", "yuanyou.project.cli", "staff", *words, "--data", str(target.data)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        if done.returncode == 0 and (found := re.search(r"password ([\w-]+)", done.stdout)):
            return found[1]
    raise NotAsTold(f"`yuanyou staff` gave no password: {done.stderr[-300:]}")


def _totp(secret: str) -> str:
    """What an authenticator shows now (RFC 6238)."""
    counter = int(time.time()) // PERIOD_SECONDS
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, counter.to_bytes(8), "sha1")
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4]) & 0x7FFF_FFFF
    return str(number % 10**DIGITS).zfill(DIGITS)

"""Somebody's browser in front of the running system: photographs pages, and looks for barriers on each."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, sync_playwright

PATIENCE_MS = 30_000
"""Two cores may be shared with every other test."""


@dataclass(slots=True)
class Phone:
    """A browser with a name for its pictures."""

    page: Page
    name: str
    shots: Path
    barriers: list[str] = field(default_factory=list)
    _taken: int = 0

    def photograph(self, what: str) -> None:
        self.picture(what)
        found = Axe().run(self.page, options={"resultTypes": ["violations"]})
        for violation in found.response["violations"]:
            self.barriers.append(f"{what}: {violation['id']} {violation['nodes'][0]['html'][:120]}")

    def picture(self, what: str) -> None:
        """Of a page that is not ours."""
        self._taken += 1
        self.shots.mkdir(exist_ok=True)
        self.page.screenshot(path=self.shots / f"{self.name}-{self._taken:02d}-{what}.png", full_page=True)

    def press(self, name: str | re.Pattern[str]) -> None:
        self.page.get_by_role("button", name=name).first.click()


@contextmanager
def phone(
    site_url: str,
    *,
    language: str,
    scheme: str,
    shots: Path,
    width: int = 390,
    height: int = 844,
    agent: str | None = None,
) -> Iterator[Phone]:
    """A browser that was never here, of this width in pixels; `agent` is its User-Agent, else a desktop's."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        context = browser.new_context(
            base_url=site_url,
            viewport={"width": width, "height": height},
            color_scheme=scheme,  # type: ignore[arg-type]
            timezone_id="Asia/Shanghai",
            user_agent=agent,
        )
        context.set_default_timeout(PATIENCE_MS)
        context.add_cookies([{"name": "lang", "value": language, "url": site_url}])
        yield Phone(context.new_page(), f"{language}-{scheme}", shots)
        browser.close()

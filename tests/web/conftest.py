"""Pages are tested without a build of the static files: their addresses stay as written."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from playwright.sync_api import Page, sync_playwright
from pytest_django import Settings


@pytest.fixture(autouse=True)
def _static_files_as_written(settings: Settings, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


@pytest.fixture
def site(house: None, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The site on a free port, for a browser: its address, by the name that passkeys need."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # playwright keeps a loop in the test's thread
    settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = True
    server = ThreadedWSGIServer(("127.0.0.1", 0), _Quiet)
    server.set_app(get_wsgi_application())
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(site: str) -> Iterator[Page]:
    """A phone's browser that was never here; what it complains about fails the test."""
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        page = browser.new_page(base_url=site, viewport={"width": 390, "height": 844}, locale="en-US")
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        yield page
        browser.close()
    assert complaints == []


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_said: object) -> None:
        """Requests are not what a failing test needs to show."""

"""What a page weighs on its way to a phone: its HTML and everything it asks for, compressed as we send it."""

import gzip
import io
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client

KB = 1000
CUSTOMER_FIRST, CUSTOMER_REQUESTS, CUSTOMER_AGAIN = 60 * KB, 8, 8 * KB
LITE = 14 * KB
STAFF_FIRST = 150 * KB
CSS = 12 * KB
"""DESIGN §7's budgets in bytes, and the number of requests of a first visit."""
ALREADY_PACKED = (".png", ".jpg", ".jpeg", ".webp")


@dataclass(frozen=True, slots=True)
class Weight:
    """One page. Repeat visits ask for the HTML alone: every other file is cached under its own name."""

    html: int
    files: dict[str, int]

    @property
    def first(self) -> int:
        return self.html + sum(self.files.values())

    @property
    def again(self) -> int:
        return self.html

    @property
    def requests(self) -> int:
        return 1 + len(self.files)

    def of(self, suffix: str) -> int:
        return sum(size for name, size in self.files.items() if name.endswith(suffix))


def weigh(client: Client, address: str) -> Weight:
    """The page at an address, which must answer 200 (a page of refusal weighs nothing that matters)."""
    answer = client.get(address)
    assert answer.status_code == 200, f"{address}: {answer.status_code}"
    links = _Links()
    links.feed(answer.content.decode())
    return Weight(_packed(answer.content), {link: _size(client, link) for link in sorted(links.found)})


def _size(client: Client, link: str) -> int:
    name = link.removeprefix(settings.STATIC_URL)
    if name == link:
        return _packed(client.get(link).content)
    path = finders.find(name)
    assert isinstance(path, str), f"no such file: {link}"
    content = Path(path).read_bytes()
    return len(content) if name.endswith(ALREADY_PACKED) else _packed(content)


def _packed(content: bytes) -> int:
    """gzip as every browser takes it; brotli would be smaller."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=6, mtime=0) as file:
        file.write(content)
    return len(packed.getvalue())


class _Links(HTMLParser):
    """What a browser fetches without being asked. Touch icons are fetched only when a page is kept."""

    FETCHED = frozenset({"stylesheet", "icon", "manifest", "preload"})

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "link" and self.FETCHED & set((told.get("rel") or "").split()):
            self._take(told.get("href"))
        elif tag in {"script", "img", "source", "iframe"}:
            self._take(told.get("src"))

    def _take(self, link: str | None) -> None:
        if link and not link.startswith("data:"):
            assert link.startswith("/"), f"from elsewhere: {link}"
            assert not link.startswith("//"), f"from elsewhere: {link}"
            self.found.add(link)

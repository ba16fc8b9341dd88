"""What a page weighs on the wire: the page and everything a browser fetches for it, compressed."""

import gzip
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

from django.contrib.staticfiles import finders
from django.test import Client

KB = 1000
FIRST_VISIT, FIRST_VISIT_REQUESTS, REPEAT_VISIT, LITE, STAFF = 60 * KB, 8, 8 * KB, 14 * KB, 150 * KB
"""DESIGN §7."""
FETCHED_LINKS = {"stylesheet", "icon", "manifest"}
STATIC = "/static/"
OFFLINE = "/offline/{}/"
"""What the service worker fetches, once, with the first page; the files it keeps are the page's own."""


@dataclass(frozen=True, slots=True)
class Weight:
    """Compressed bytes of the page alone (a repeat visit: static files are kept) and of all; requests."""

    page: int
    total: int
    requests: int


class _Parts(HTMLParser):
    """Addresses of what a browser fetches with the page, each once."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, None] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "link" and FETCHED_LINKS.intersection((values.get("rel") or "").split()):
            self.found[values["href"] or ""] = None
        elif tag in {"script", "img"} and values.get("src"):
            self.found[values["src"] or ""] = None
        elif tag == "meta" and values.get("name") == "worker":
            worker = values["content"] or ""
            self.found |= {
                worker: None,
                OFFLINE.format(worker.removeprefix("/worker-").removesuffix(".js")): None,
            }


def weigh(client: Client, path: str, **query: str) -> Weight:
    """Open a page and weigh it; AssertionError unless it is there."""
    answer = client.get(path, query, headers={"accept-encoding": "gzip"})
    assert answer.status_code == 200, answer.status_code
    plain = client.get(path, query)
    parts = _Parts()
    parts.feed(plain.content.decode())
    sizes = [_size(client, address) for address in parts.found if not address.startswith("data:")]
    page = len(answer.content)
    return Weight(page=page, total=page + sum(sizes), requests=1 + len(sizes))


def _size(client: Client, address: str) -> int:
    if not address.startswith(STATIC):
        return len(client.get(address, headers={"accept-encoding": "gzip"}).content)
    path = finders.find(address.removeprefix(STATIC))
    assert path, f"{address} is not there"
    content = Path(path).read_bytes()
    return min(len(content), len(gzip.compress(content, 9)))

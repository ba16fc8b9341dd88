"""Somebody with a browser and no script: follows links, fills in forms, reads pages, over HTTP."""

import re
import time
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin
from uuid import uuid4

import httpx

from yuanyou.project.steps import NotAsTold

PATIENCE_SECONDS = 30.0
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1"
)


@dataclass(slots=True)
class Form:
    """A form as a browser would send it: hidden and preselected values are in `fields`."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)


class _Forms(HTMLParser):
    """Collects the forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._inside = False
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "form":
            self.forms.append(Form(told.get("action") or "", (told.get("method") or "get").lower()))
            self._inside = True
        elif self._inside and tag == "select" and told.get("name"):
            self._select = str(told["name"])
        elif self._inside and tag == "option" and self._select:
            self._option(told)
        elif self._inside and tag == "button" and told.get("name"):
            self.forms[-1].choices.setdefault(str(told["name"]), []).append(told.get("value") or "")
        elif self._inside and tag == "input" and told.get("name"):
            name, value = str(told["name"]), told.get("value") or ""
            kind = told.get("type", "text")
            if kind in {"radio", "checkbox"}:
                self.forms[-1].choices.setdefault(name, []).append(value)
            if kind not in {"radio", "checkbox"} or "checked" in told:
                self.forms[-1].fields[name] = value

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "select":
            self._select = ""

    def _option(self, told: dict[str, str | None]) -> None:
        """The first choice of a list stands until another is marked."""
        form, value = self.forms[-1], told.get("value") or ""
        form.choices.setdefault(self._select, []).append(value)
        if "selected" in told or self._select not in form.fields:
            form.fields[self._select] = value


class Visitor:
    """Keeps cookies and the page it is on. NotAsTold when a page answers with an error."""

    def __init__(self, site_url: str, *, language: str = "en") -> None:
        self.site_url = site_url
        self._http = httpx.Client(follow_redirects=True, timeout=20, headers={"Accept-Language": language})
        self.page = httpx.Response(204)

    @property
    def text(self) -> str:
        """The page's text without its marks, spaces folded."""
        return " ".join(re.sub(r"<[^>]+>", " ", self.page.text).split())

    @property
    def url(self) -> str:
        return str(self.page.url)

    def close(self) -> None:
        """Close the browser."""
        self._http.close()

    def is_on_a_phone(self) -> None:
        """From now on: where a code could not be scanned."""
        self._http.headers["User-Agent"] = PHONE

    def go(self, path: str) -> "Visitor":
        return self._arrive(self._http.get(urljoin(self.site_url, path)))

    def send(self, *, having: str, **values: str) -> "Visitor":
        """Fill in the form that has the field `having`, and send it."""
        form = self.form(having)
        target = urljoin(self.url, form.action)
        data = {**form.fields, **values}
        if form.method == "get":
            return self._arrive(self._http.get(target, params=data))
        return self._arrive(self._http.post(target, data=data, headers={"Referer": self.url}))

    def form(self, having: str) -> Form:
        parser = _Forms()
        parser.feed(self.page.text)
        for form in parser.forms:
            if having in form.fields or having in form.choices:
                return form
        raise NotAsTold(f"no form with {having!r} on {self.url}: {self.text[:200]}")

    def must_say(self, *words: str) -> None:
        missing = [word for word in words if word not in self.text]
        if missing:
            raise NotAsTold(f"{self.url} does not say {missing}: {self.text[:300]}")

    def wait_until_it_says(
        self, word: str, *, path: str | None = None, seconds: float = PATIENCE_SECONDS
    ) -> float:
        """Look again until the page says it; the seconds that took."""
        began = time.perf_counter()
        while time.perf_counter() - began < seconds:
            self.go(path or self.url)
            if word in self.text:
                return time.perf_counter() - began
            time.sleep(0.1)
        raise NotAsTold(f"{self.url} does not say {word!r} after {seconds} s: {self.text[:300]}")

    def link(self, pattern: str) -> str:
        """The address of the first link that matches."""
        found = re.search(rf'href="({pattern})"', self.page.text)
        if not found:
            raise NotAsTold(f"no link {pattern} on {self.url}")
        return found[1]

    def _arrive(self, page: httpx.Response) -> "Visitor":
        self.page = page
        if page.is_error:
            raise NotAsTold(
                f"{page.request.method} {page.url} answered {page.status_code}: {self.text[:300]}"
            )
        return self


def register(visitor: Visitor, *, sandbox_url: str) -> None:
    """A new customer, by a code sent to an address nobody used before."""
    email = f"student-{uuid4().hex[:10]}@example.com"
    visitor.go("/sign-up/?next=/home/").send(having="email", email=email)
    visitor.send(having="code", code=code_for(f"{sandbox_url}/mail/messages", email))
    visitor.go("/home/").must_say("You have no line yet")


def code_for(mail_url: str, email: str) -> str:
    """The sign-in code that was sent to an address, from the sandbox's inbox."""
    began = time.perf_counter()
    while time.perf_counter() - began < PATIENCE_SECONDS:
        messages = httpx.get(mail_url, params={"to": email}).json()["messages"]
        for message in messages:
            found = re.search(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$", message["text"], re.MULTILINE)
            if found:
                return found[1]
        time.sleep(0.1)
    raise NotAsTold(f"no code arrived for {email}")

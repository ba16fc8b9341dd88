"""Pages of the inbox, and the same as JSON for tests."""

import re
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from yuanyou_sandbox.mail.inbox import Inbox, Letter, attachment_url
from yuanyou_sandbox.mail.words import WORDS
from yuanyou_sandbox.shared.html import Content, Markup, el
from yuanyou_sandbox.shared.pages import facts, not_found, page, table
from yuanyou_sandbox.shared.times import shown_time
from yuanyou_sandbox.shared.words import Translator, language_of

SHOWN, MOST = 100, 1000
LINK = re.compile(r"https?://[^\s<>\"]+")
LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self';"
    " sandbox allow-popups allow-popups-to-escape-sandbox"
)
FRAME_RULES = "allow-popups allow-popups-to-escape-sandbox"


class MailPages:
    """What people and tests see of the inbox."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", self.show_all, methods=["GET"]),
            Route("/messages", self.messages, methods=["GET"]),
            Route("/{letter:int}", self.show, methods=["GET"]),
            Route("/{letter:int}/html", self.show_html, methods=["GET"]),
            Route("/{letter:int}/attachments/{place:int}", self.download, methods=["GET"]),
        ]

    async def messages(self, request: Request) -> Response:
        """JSON, newest first: ?to=address&after_id=n&limit=n."""
        asked = request.query_params
        try:
            after_id, limit = int(asked.get("after_id") or 0), int(asked.get("limit") or SHOWN)
        except ValueError:
            raise HTTPException(400, "after_id and limit are whole numbers") from None
        found = self._inbox.newest(
            to=asked.get("to") or None, after_id=after_id, limit=min(max(limit, 0), MOST)
        )
        return JSONResponse({"messages": [letter.told() for letter in found]})

    async def show_all(self, request: Request) -> Response:
        """The newest letters, ?to= one address only."""
        t = Translator(language_of(request), WORDS)
        to = request.query_params.get("to") or None
        found = self._inbox.newest(to=to, limit=SHOWN)
        rows: list[list[Content]] = [
            [_link(t, letter), letter.recipient, shown_time(letter.at)] for letter in found
        ]
        head = [t("Subject"), t("To"), t("Time")]
        title = t("Mail that was sent")
        shown = table(title, head, rows) if rows else el.p(t("No letter has come yet."))
        return page(request, t, title, _filter(t, to), shown, wide=True)

    async def show(self, request: Request) -> Response:
        """One letter: its text with links, and its HTML in a frame of its own."""
        t = Translator(language_of(request), WORDS)
        letter = self._inbox.find(request.path_params["letter"])
        if letter is None:
            return not_found(request, t)
        text, html = letter.parts()
        envelope = facts(
            (t("From"), letter.sender), (t("To"), letter.recipient), (t("Time"), shown_time(letter.at))
        )
        return page(
            request,
            t,
            letter.subject or t("(no subject)"),
            el.section(envelope, class_="sheet"),
            [el.h2(t("Text")), el.pre(_linked(text), id="text")] if text else None,
            [el.h2(t("As HTML")), _frame(t, letter)] if html else None,
            _attached(t, letter),
            el.p(el.a(t("All letters"), href="/mail/", class_="tap")),
            wide=True,
        )

    async def show_html(self, request: Request) -> Response:
        """The letter's HTML alone, with no script and nothing from elsewhere."""
        letter = self._inbox.find(request.path_params["letter"])
        if letter is None:
            return not_found(request, Translator(language_of(request), WORDS))
        return HTMLResponse(letter.parts()[1], headers={"Content-Security-Policy": LETTER_POLICY})

    async def download(self, request: Request) -> Response:
        """An attachment, always as a download: it may hold anything."""
        letter = self._inbox.find(request.path_params["letter"])
        attachments = letter.attachments() if letter else []
        place = request.path_params["place"]
        if place >= len(attachments):
            return not_found(request, Translator(language_of(request), WORDS))
        headers = {
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(attachments[place].name, safe='')}",
            "X-Content-Type-Options": "nosniff",
        }
        return Response(attachments[place].content, media_type=attachments[place].type, headers=headers)


def _attached(t: Translator, letter: Letter) -> Content:
    attachments = letter.attachments()
    if not attachments:
        return None
    links = [
        el.li(el.a(f"{each.name} ({len(each.content)} B)", href=attachment_url(letter, place), class_="tap"))
        for place, each in enumerate(attachments)
    ]
    return [el.h2(t("Attachments")), el.ul(links)]


def _link(t: Translator, letter: Letter) -> Markup:
    return el.a(letter.subject or t("(no subject)"), href=f"/mail/{letter.id}", class_="tap")


def _filter(t: Translator, to: str | None) -> Markup:
    return el.form(
        el.label(t("Letters to this address"), for_="to", class_="field"),
        el.input(id="to", name="to", type="search", value=to or "", autocomplete="off"),
        el.p(el.button(t("Show"), type="submit", class_="btn quiet")),
        method="get",
    )


def _frame(t: Translator, letter: Letter) -> Markup:
    return el.iframe(src=f"/mail/{letter.id}/html", title=t("As HTML"), sandbox=FRAME_RULES)


def _linked(text: str) -> list[Content]:
    """The text with its addresses as links."""
    parts: list[Content] = []
    end = 0
    for match in LINK.finditer(text):
        url = match[0].rstrip(".,;)")
        parts += [text[end : match.start()], el.a(url, href=url)]
        end = match.start() + len(url)
    return [*parts, text[end:]]

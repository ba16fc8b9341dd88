"""What the pages of a payment have in common."""

from starlette.requests import Request
from starlette.responses import RedirectResponse

from yuanyou_sandbox.shared.html import Markup, el
from yuanyou_sandbox.shared.store import Document
from yuanyou_sandbox.shared.words import Translator, language_of
from yuanyou_sandbox.stripe import currency
from yuanyou_sandbox.stripe.words import WORDS

SEE_OTHER = 303


def success_url(session: Document) -> str:
    """Where a customer who is done goes."""
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def translator(request: Request, session: Document | None) -> Translator:
    """In the language that was clicked, else the session's, else the browser's."""
    locale = session["locale"] if session else None
    return Translator(language_of(request, None if locale == "auto" else locale), WORDS)


def go(url: str) -> RedirectResponse:
    """To another page, after a form."""
    return RedirectResponse(url, SEE_OTHER)


def amount_of(session: Document) -> str:
    """What is to be paid, as people read it."""
    return currency.shown(session["amount_total"], session["currency"])


def submit(label: str, action: str, *, quiet: bool = False) -> Markup:
    """A button that sends the form with `action`."""
    return el.button(
        label, type="submit", name="action", value=action, id=action, class_=f"btn full{' quiet' * quiet}"
    )


def back(t: Translator, session: Document | None) -> Markup | None:
    """The way back to the shop, if there is one."""
    if session is None:
        return None
    url = success_url(session) if session["status"] == "complete" else session["cancel_url"]
    return el.p(el.a(t("Back to the shop"), href=url, id="back", class_="btn")) if url else None

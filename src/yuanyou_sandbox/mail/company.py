"""The mail company, put together. The server itself runs beside the pages: see `server`."""

from typing import Any

from yuanyou_sandbox.mail.inbox import COMPANY, Inbox
from yuanyou_sandbox.mail.pages import MailPages
from yuanyou_sandbox.mail.server import ACTS, FAULTS
from yuanyou_sandbox.mail.words import WORDS
from yuanyou_sandbox.shared.company import Company
from yuanyou_sandbox.shared.html import Content, el
from yuanyou_sandbox.shared.words import Translator
from yuanyou_sandbox.shared.world import World


def open_company(world: World) -> Company:
    """The inbox with its pages."""
    inbox = Inbox(world)

    def home(t: Translator) -> Content:
        count = el.p(t("Letters: {n}", n=inbox.count()))
        return [count, el.p(el.a(t("Read the mail"), href=f"/{COMPANY}/", class_="tap"))]

    def state() -> dict[str, Any]:
        return {"letters": inbox.count()}

    return Company(
        name=COMPANY,
        title="Mail",
        words=WORDS,
        routes=MailPages(inbox).routes(),
        controls=[],
        home=home,
        state=state,
        faults=FAULTS,
        acts=ACTS,
    )

"""The hosted pay page. Plain forms; every button has a stable name and id."""

import functools

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from yuanyou_sandbox.shared.html import Content, Markup, el, join
from yuanyou_sandbox.shared.pages import facts, not_found, page
from yuanyou_sandbox.shared.requests import form_of
from yuanyou_sandbox.shared.store import Document
from yuanyou_sandbox.shared.words import Translator
from yuanyou_sandbox.stripe import checkout, currency
from yuanyou_sandbox.stripe.account import Account
from yuanyou_sandbox.stripe.cards import DEBIT, DEBIT_FAILS, DEBITS, chosen
from yuanyou_sandbox.stripe.errors import ApiError
from yuanyou_sandbox.stripe.frame import amount_of, back, go, submit, success_url, translator
from yuanyou_sandbox.stripe.methods import ALIPAY, WECHAT_PAY
from yuanyou_sandbox.stripe.next_actions import PAGES
from yuanyou_sandbox.stripe.words import WORDS

OTHER = "other"
CARD_CHOICES = (
    ("4242424242424242", "Pays", "Visa 4242"),
    ("4000000000000002", "Is declined", "Visa 0002"),
    ("4000000000009995", "Has insufficient funds", "Visa 9995"),
    ("4000002500003155", "Asks for 3-D Secure", "Visa 3155"),
    ("6200000000000005", "Pays", "UnionPay 0005"),
)
DEBIT_CHOICES = (
    (DEBIT, "Bank debit: the money comes days later", ""),
    (DEBIT_FAILS, "Bank debit: fails days later", ""),
)
WALLET_CHOICES = ((ALIPAY, "Alipay", "支付宝"), (WECHAT_PAY, "WeChat Pay", "微信支付"))
DEBIT_TYPES = frozenset(DEBITS.values())


class PayPages:
    """What a customer of the account sees."""

    def __init__(self, account: Account, merchant: str) -> None:
        self._account, self._merchant = account, merchant

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/pay/{session}", self.show, methods=["GET"]),
            Route("/pay/{session}", self.act, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        session = self._session(request.path_params["session"])
        t = translator(request, session)
        if session is None:
            return not_found(request, t)
        if session["status"] != "open":
            return self._ended(request, t, session)
        return self._form(request, t, session)

    async def act(self, request: Request) -> Response:
        """`action=leave`, or `action=pay` with `card`; a `number` that was typed wins."""
        form = await form_of(request)
        session = self._session(request.path_params["session"])
        if session is None:
            return not_found(request, translator(request, None))
        if form.get("action") == "leave" and session["cancel_url"]:
            return go(session["cancel_url"])
        if session["status"] == "complete":
            return go(success_url(session))
        if session["status"] == "open" and form.get("action") == "pay":
            return go(self.pay(session, form))
        return go(request.url.path)

    def pay(self, session: Document, form: dict[str, str]) -> str:
        """Try to pay; where to go next."""
        method = chosen(form.get("number", "").strip() or form.get("card", ""), session["currency"])
        if method is None or method.type not in session["payment_method_types"]:
            return f"/stripe/pay/{session['id']}?refused=method"
        with self._account.transaction():
            intent = checkout.pay(self._account, session, method, form.get("email") or None)
        if intent["status"] == "requires_action":
            return f"/stripe/{PAGES[method.type]}/{intent['id']}"
        return success_url(session) if session["status"] == "complete" else f"/stripe/pay/{session['id']}"

    def _session(self, ident: str) -> Document | None:
        try:
            return checkout.current(self._account, ident)
        except ApiError:
            return None

    def _form(self, request: Request, t: Translator, session: Document) -> Response:
        form = el.form(
            self._kept(t, session),
            _ways(t.language, tuple(session["payment_method_types"])),
            submit(t("Pay {amount}", amount=amount_of(session)), "pay"),
            submit(t("Leave without paying"), "leave", quiet=True) if session["cancel_url"] else None,
            method="post",
        )
        return page(
            request,
            t,
            t("Pay {merchant}", merchant=self._merchant),
            self._what(t, session),
            self._refusal(request, t, session),
            form,
        )

    def _kept(self, t: Translator, session: Document) -> Markup | None:
        """What the customer agrees to by paying."""
        if not checkout.keeps(self._account, session):
            return None
        told = t(
            "By paying you allow {merchant} to charge this way to pay later, too.", merchant=self._merchant
        )
        return el.p(told, id="kept")

    def _what(self, t: Translator, session: Document) -> Markup:
        lines = checkout.lines_of(self._account, session["id"])["data"]
        rows: list[tuple[str, Content]] = [(line["description"], _line_amount(line)) for line in lines]
        return el.section(
            el.p(t("To pay"), class_="soft"),
            el.p(amount_of(session), class_="big", id="amount"),
            facts(*rows),
            class_="sheet",
        )

    def _refusal(self, request: Request, t: Translator, session: Document) -> Markup | None:
        """Why the last try did not work."""
        intent = self._account.find("payment_intent", session["payment_intent"])
        error = intent["last_payment_error"] if intent else None
        told = t(error["message"]) if error else None
        if "refused" in request.query_params:
            told = t("The shop does not take this way to pay.")
        if told is None:
            return None
        again = el.p(t("You can try again with another card."))
        return el.div(el.p(told), again, class_="error", role="alert", id="error")

    def _ended(self, request: Request, t: Translator, session: Document) -> Response:
        if session["status"] == "expired":
            return page(
                request,
                t,
                t("This payment has expired"),
                el.p(t("Nothing was taken.")),
                back(t, session),
                status=410,
            )
        told = (
            t("It is paid.")
            if session["payment_status"] == "paid"
            else t("Your bank is still at work on it.")
        )
        return page(request, t, t("This payment is complete"), el.p(told), back(t, session))


def _line_amount(line: Document) -> str:
    amount = currency.shown(line["amount_total"], line["currency"])
    return amount if line["quantity"] == 1 else f"{line['quantity']} × {amount}"


@functools.cache
def _ways(language: str, types: tuple[str, ...]) -> Markup:
    """The ways to pay: always the same few forms, made once."""
    t = Translator(language, WORDS)
    choices = [
        *(CARD_CHOICES if "card" in types else ()),
        *(each for each in WALLET_CHOICES if each[0] in types),
        *(DEBIT_CHOICES if not DEBIT_TYPES.isdisjoint(types) else ()),
    ]
    shown = [
        _choice(each, t(does), name, first=not place) for place, (each, does, name) in enumerate(choices)
    ]
    other = _other(t) if "card" in types else None
    return join(el.fieldset(el.legend(t("How do you want to pay?")), shown, other))


def _other(t: Translator) -> Markup:
    return join(
        _choice(OTHER, t("Another test card"), "", first=False),
        el.label(t("Card number of the other test card"), for_="number", class_="field"),
        el.input(id="number", name="number", inputmode="numeric", autocomplete="off", maxlength=23),
        el.p(el.small(t("Never type a real card number here."))),
    )


def _choice(value: str, does: str, name: str, *, first: bool) -> Markup:
    field = el.input(type="radio", name="card", value=value, id=f"card-{value}", checked=first)
    return el.label(field, el.span(does), el.small(name) if name else None, class_="pick")

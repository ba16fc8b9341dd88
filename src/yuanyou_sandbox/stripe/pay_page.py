"""The hosted pay page and the bank's 3-D Secure page. Plain forms; every button has a stable name and id."""

import functools

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from yuanyou_sandbox.shared.html import Content, Markup, el, join
from yuanyou_sandbox.shared.pages import facts, not_found, page
from yuanyou_sandbox.shared.requests import form_of
from yuanyou_sandbox.shared.store import Document
from yuanyou_sandbox.shared.words import Translator, language_of
from yuanyou_sandbox.stripe import checkout, currency, intents
from yuanyou_sandbox.stripe.account import Account
from yuanyou_sandbox.stripe.cards import DEBIT, DEBIT_FAILS, chosen
from yuanyou_sandbox.stripe.charging import answer_challenge
from yuanyou_sandbox.stripe.errors import ApiError
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
    (DEBIT, "Bank debit: the money comes days later"),
    (DEBIT_FAILS, "Bank debit: fails days later"),
)
SEE_OTHER = 303


class PayPages:
    """What a customer of the account sees."""

    def __init__(self, account: Account, merchant: str) -> None:
        self._account, self._merchant = account, merchant

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/pay/{session}", self.show, methods=["GET"]),
            Route("/pay/{session}", self.act, methods=["POST"]),
            Route("/3ds/{intent}", self.show_challenge, methods=["GET"]),
            Route("/3ds/{intent}", self.act_challenge, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        session = self._session(request.path_params["session"])
        t = _translator(request, session)
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
            return not_found(request, _translator(request, None))
        if form.get("action") == "leave" and session["cancel_url"]:
            return _go(session["cancel_url"])
        if session["status"] == "complete":
            return _go(success_url(session))
        if session["status"] == "open" and form.get("action") == "pay":
            return _go(self.pay(session, form))
        return _go(request.url.path)

    def pay(self, session: Document, form: dict[str, str]) -> str:
        """Try to pay; where to go next."""
        method = chosen(form.get("number", "").strip() or form.get("card", ""), session["currency"])
        if method is None or method.type not in session["payment_method_types"]:
            return f"/stripe/pay/{session['id']}?refused=method"
        with self._account.transaction():
            intent = checkout.pay(self._account, session, method, form.get("email") or None)
        if intent["status"] == "requires_action":
            return f"/stripe/3ds/{intent['id']}"
        return success_url(session) if session["status"] == "complete" else f"/stripe/pay/{session['id']}"

    async def show_challenge(self, request: Request) -> Response:
        intent = self._account.find("payment_intent", request.path_params["intent"])
        session = checkout.session_of(self._account, intent["id"]) if intent else None
        t = _translator(request, session)
        if intent is None:
            return not_found(request, t)
        if intent["status"] != "requires_action":
            return page(
                request,
                t,
                t("3-D Secure"),
                el.p(t("There is nothing to confirm any more.")),
                _back(t, session),
            )
        form = el.form(
            el.p(t("Your bank asks: do you confirm this payment?")),
            facts(
                (t("Amount"), currency.shown(intent["amount"], intent["currency"])), (t("To"), self._merchant)
            ),
            _submit(t("Complete"), "complete"),
            _submit(t("Fail"), "fail", quiet=True),
            method="post",
            class_="sheet",
        )
        return page(request, t, t("3-D Secure"), form)

    async def act_challenge(self, request: Request) -> Response:
        """`action=complete` or `action=fail`."""
        form = await form_of(request)
        intent = self._account.find("payment_intent", request.path_params["intent"])
        if intent is None:
            return not_found(request, _translator(request, None))
        session = self._session_of(intent["id"])
        if intent["status"] == "requires_action" and form.get("action") in {"complete", "fail"}:
            back = intents.return_to(intent)
            self._answer(intent, session, completed=form["action"] == "complete")
            if session is None:
                return _go(back or request.url.path)
        if session is None:
            return _go(request.url.path)
        return _go(
            success_url(session) if session["status"] == "complete" else f"/stripe/pay/{session['id']}"
        )

    def _answer(self, intent: Document, session: Document | None, *, completed: bool) -> None:
        with self._account.transaction():
            if session is None:
                answer_challenge(self._account, intent, completed=completed)
            elif session["status"] == "open":
                checkout.answer_challenge(self._account, session, intent, completed=completed)

    def _session(self, ident: str) -> Document | None:
        try:
            return checkout.current(self._account, ident)
        except ApiError:
            return None

    def _session_of(self, intent_id: str) -> Document | None:
        found = checkout.session_of(self._account, intent_id)
        return self._session(found["id"]) if found else None

    def _form(self, request: Request, t: Translator, session: Document) -> Response:
        form = el.form(
            _ways(t.language, _takes_debits(session)),
            _submit(t("Pay {amount}", amount=_amount(session)), "pay"),
            _submit(t("Leave without paying"), "leave", quiet=True) if session["cancel_url"] else None,
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

    def _what(self, t: Translator, session: Document) -> Markup:
        lines = checkout.lines_of(self._account, session["id"])["data"]
        rows: list[tuple[str, Content]] = [(line["description"], _line_amount(line)) for line in lines]
        return el.section(
            el.p(t("To pay"), class_="soft"),
            el.p(_amount(session), class_="big", id="amount"),
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
                _back(t, session),
                status=410,
            )
        told = (
            t("It is paid.")
            if session["payment_status"] == "paid"
            else t("Your bank is still at work on it.")
        )
        return page(request, t, t("This payment is complete"), el.p(told), _back(t, session))


def success_url(session: Document) -> str:
    """Where a customer who is done goes."""
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def _translator(request: Request, session: Document | None) -> Translator:
    locale = session["locale"] if session else None
    return Translator(language_of(request, None if locale == "auto" else locale), WORDS)


def _go(url: str) -> RedirectResponse:
    return RedirectResponse(url, SEE_OTHER)


def _amount(session: Document) -> str:
    return currency.shown(session["amount_total"], session["currency"])


def _line_amount(line: Document) -> str:
    amount = currency.shown(line["amount_total"], line["currency"])
    return amount if line["quantity"] == 1 else f"{line['quantity']} × {amount}"


def _takes_debits(session: Document) -> bool:
    method = chosen(DEBIT, session["currency"])
    return method is not None and method.type in session["payment_method_types"]


@functools.cache
def _ways(language: str, debits: bool) -> Markup:  # noqa: FBT001  a cache wants plain arguments
    """The ways to pay: always the same few forms, made once."""
    t = Translator(language, WORDS)
    cards = [
        _choice(value, t(does), name, first=not place)
        for place, (value, does, name) in enumerate(CARD_CHOICES)
    ]
    later = [_choice(value, t(does), "", first=False) for value, does in DEBIT_CHOICES] if debits else None
    other = _choice(OTHER, t("Another test card"), "", first=False)
    return join(
        el.fieldset(el.legend(t("How do you want to pay?")), cards, later, other),
        el.label(t("Card number of the other test card"), for_="number", class_="field"),
        el.input(id="number", name="number", inputmode="numeric", autocomplete="off", maxlength=23),
        el.p(el.small(t("Never type a real card number here."))),
    )


def _choice(value: str, does: str, name: str, *, first: bool) -> Markup:
    field = el.input(type="radio", name="card", value=value, id=f"card-{value}", checked=first)
    return el.label(field, el.span(does), el.small(name) if name else None, class_="pick")


def _submit(label: str, action: str, *, quiet: bool = False) -> Markup:
    return el.button(
        label, type="submit", name="action", value=action, id=action, class_=f"btn full{' quiet' * quiet}"
    )


def _back(t: Translator, session: Document | None) -> Markup | None:
    if session is None:
        return None
    url = success_url(session) if session["status"] == "complete" else session["cancel_url"]
    return el.p(el.a(t("Back to the shop"), href=url, id="back", class_="btn")) if url else None

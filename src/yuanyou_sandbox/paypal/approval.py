"""The hosted approval page. Plain forms; every button has a stable name and id."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from yuanyou_sandbox.paypal import money, orders, payer
from yuanyou_sandbox.paypal.account import HIDDEN, Account
from yuanyou_sandbox.paypal.funding import BY_NAME, Funding, offered
from yuanyou_sandbox.paypal.words import WORDS
from yuanyou_sandbox.shared.html import Content, Markup, el
from yuanyou_sandbox.shared.pages import facts, not_found, page
from yuanyou_sandbox.shared.requests import form_of
from yuanyou_sandbox.shared.store import Document
from yuanyou_sandbox.shared.words import Translator, language_of

SEE_OTHER, GONE = 303, 410


class ApprovalPages:
    """What a payer sees after the shop has sent them here."""

    def __init__(self, account: Account, merchant: str) -> None:
        self._account, self._merchant = account, merchant

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/checkoutnow", self.show, methods=["GET"]),
            Route("/checkoutnow", self.act, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        order = self._order(request)
        t = _translator(request, order)
        if order is None:
            return not_found(request, t)
        if not self._is_open(order):
            return self._ended(request, t, order)
        return self._form(request, t, order)

    async def act(self, request: Request) -> Response:
        """`action=pay` with `funding`, `action=cancel`, or `action=leave`, which tells nobody anything."""
        form = await form_of(request)
        order = self._order(request)
        t = _translator(request, order)
        if order is None:
            return not_found(request, t)
        hidden, here = order[HIDDEN], f"/paypal/checkoutnow?token={order['id']}"
        if form.get("action") == "leave":
            return page(request, t, t("You have left"), el.p(t("The shop has not been told anything.")))
        if form.get("action") == "cancel" and hidden["cancel_url"]:
            return _go(_with(hidden["cancel_url"], token=order["id"]))
        funding = BY_NAME.get(form.get("funding", ""))
        if form.get("action") != "pay" or funding not in offered(immediate=hidden["immediate"]):
            return _go(here)
        if self._is_open(order):
            orders.approve(self._account, order, funding)
        return _go(return_url(order) or here)

    def _order(self, request: Request) -> Document | None:
        return self._account.find(orders.KIND, request.query_params.get("token"))

    def _is_open(self, order: Document) -> bool:
        """Can the payer still choose how to pay? Also again, after a decline."""
        waits = order["status"] in {orders.CREATED, orders.ACTION} or order[HIDDEN]["declined"]
        return waits and not orders.has_expired(self._account, order)

    def _form(self, request: Request, t: Translator, order: Document) -> Response:
        hidden = order[HIDDEN]
        ways = offered(immediate=hidden["immediate"])
        submit = t("Pay {amount}", amount=_amount(order)) if hidden["pay_now"] else t("Agree and continue")
        form = el.form(
            el.fieldset(
                el.legend(t("How do you want to pay?")),
                [_choice(t, each, first=not place) for place, each in enumerate(ways)],
            ),
            el.p(t("The shop keeps your PayPal for later payments."), id="keeps")
            if hidden["vault"]
            else None,
            _submit(submit, "pay"),
            _submit(t("Cancel"), "cancel", quiet=True) if hidden["cancel_url"] else None,
            _submit(t("Leave without a word"), "leave", quiet=True),
            method="post",
        )
        title = t("Pay {merchant}", merchant=hidden["brand_name"] or self._merchant)
        return page(request, t, title, self._what(t, order), _refusal(t, order), form)

    def _what(self, t: Translator, order: Document) -> Markup:
        rows: list[tuple[str, Content]] = [
            (unit.get("description") or unit["reference_id"], _shown(unit["amount"]))
            for unit in order["purchase_units"]
        ]
        return el.section(
            el.p(t("To pay"), class_="soft"),
            el.p(_amount(order), class_="big", id="amount"),
            facts(*rows, (t("Account"), payer.EMAIL)),
            class_="sheet",
        )

    def _ended(self, request: Request, t: Translator, order: Document) -> Response:
        if orders.has_expired(self._account, order):
            nothing = el.p(t("Nothing was taken."))
            back = _back(t, order[HIDDEN]["cancel_url"])
            return page(request, t, t("This payment has expired"), nothing, back, status=GONE)
        if order["status"] == orders.COMPLETED:
            told = el.p(t("The shop has taken the payment."))
            return page(request, t, t("This payment is complete"), told, _back(t, return_url(order)))
        told = el.p(t("The shop takes the payment next."))
        return page(request, t, t("You have agreed"), told, _back(t, return_url(order)))


def return_url(order: Document) -> str | None:
    """Where a payer who agreed goes."""
    url = order[HIDDEN]["return_url"]
    return _with(url, token=order["id"], PayerID=payer.ID) if url else None


def _with(url: str, **more: str) -> str:
    joined = "&".join(f"{name}={value}" for name, value in more.items())
    return f"{url}{'&' if '?' in url else '?'}{joined}"


def _refusal(t: Translator, order: Document) -> Markup | None:
    if not order[HIDDEN]["declined"]:
        return None
    told = el.p(t("Your bank declined the payment."))
    again = el.p(t("You can choose another way to pay."))
    return el.div(told, again, class_="error", role="alert", id="error")


def _translator(request: Request, order: Document | None) -> Translator:
    return Translator(language_of(request, order[HIDDEN]["locale"] if order else None), WORDS)


def _go(url: str) -> RedirectResponse:
    return RedirectResponse(url, SEE_OTHER)


def _amount(order: Document) -> str:
    units = [unit["amount"] for unit in order["purchase_units"]]
    return money.shown(sum(money.units_of(each) for each in units), units[0]["currency_code"])


def _shown(amount: Document) -> str:
    return money.shown(money.units_of(amount), amount["currency_code"])


def _choice(t: Translator, way: Funding, *, first: bool) -> Markup:
    field = el.input(type="radio", name="funding", value=way.name, id=f"funding-{way.name}", checked=first)
    return el.label(field, el.span(t(way.label)), class_="pick")


def _submit(label: str, action: str, *, quiet: bool = False) -> Markup:
    return el.button(
        label, type="submit", name="action", value=action, id=action, class_=f"btn full{' quiet' * quiet}"
    )


def _back(t: Translator, url: str | None) -> Markup | None:
    return el.p(el.a(t("Back to the shop"), href=url, id="back", class_="btn")) if url else None

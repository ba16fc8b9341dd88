"""Paying for an order: the wallet's part, one try with a provider, and what the customer does next.

start()   inside the step that opened the order: payment, wallet part held, attempt stored
collect() the payment is covered: the wallet's part is taken, the order can be fulfilled
send()    after the commit: ask the provider for its pay page, write down what it said
again()   another try for an order that is not paid yet, perhaps with another method
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from yuanyou.catalog import queries as catalog
from yuanyou.catalog.rules import spoken
from yuanyou.flows import links
from yuanyou.flows.paid import Paid
from yuanyou.flows.step import in_cell
from yuanyou.flows.watch import NOBODY, Trail, must_verify
from yuanyou.identity import queries as identity
from yuanyou.kernel.ids import cell_of
from yuanyou.kernel.money import Money
from yuanyou.ledger import actions as ledger
from yuanyou.ledger import queries as books
from yuanyou.ledger import recipes
from yuanyou.ledger.rules import Entry
from yuanyou.orders import queries as orders
from yuanyou.orders.models import Order
from yuanyou.orders.rules import OrderKind, OrderState
from yuanyou.payments import actions as payments
from yuanyou.payments import disputes, queries, saved
from yuanyou.payments.actions import ATTEMPT_LIFE, CODE_LIFE, Manner
from yuanyou.payments.models import WALLET, Attempt, Payment
from yuanyou.payments.port import Action, Ask, Closed, Misconfigured, Place, Refused, Unknown
from yuanyou.payments.rules import OPEN, AttemptEvent, AttemptState, PaymentState, wallet_share
from yuanyou.wiring import payment_provider

PAYMENT_LIFE = timedelta(minutes=15)
TO_RENEW = timedelta(minutes=5)
"""After a code's time is over, the order waits this long for somebody to ask for another."""
LINK_LIFE = timedelta(minutes=4)
"""WeChat's H5 links live for five; the attempt lives longer."""
SHOWN_BY_US = frozenset({Action.QR, Action.SCRIPT})
"""What the order's own page shows, until the attempt's time is over."""


class NothingToPayWith(Exception):
    """The wallet does not cover it and no other method was chosen."""


class OnHold(Exception):
    """The customer's bank disputes an earlier payment: nothing new is taken until that is over."""


class NotPayable(Exception):
    """The order is paid already, or its time is over."""


@dataclass(frozen=True, slots=True)
class Tender:
    """How the customer means to pay: a provider's method (None: none), and whether the wallet goes first."""

    method: str | None
    provider: str | None
    use_wallet: bool
    currency: str | None = None
    """What the order is charged in: the way to pay decides it. None: the book currency."""
    keep: bool = False
    """They agree that this way to pay is kept for later."""
    place: Place = Place.BROWSER
    payer_ref: str | None = None
    """What the app around the page calls the payer (inside WeChat: their openid)."""
    payer_ip: str | None = None
    """Said to providers whose pay page opens only from this address; never stored."""
    trail: Trail = NOBODY
    about_in: str | None = None
    """The currency the customer thinks in: about how much it is there is shown and kept with the attempt."""
    saved_id: int | None = None
    """Charge this kept way to pay. Only the surface knows that its owner is there."""
    elsewhere: bool = False
    """It cannot be paid where they stand: the order is kept, and nobody is asked until they are elsewhere."""


@dataclass(frozen=True, slots=True)
class Started:
    """A payment that has begun. `attempt_id` None: no provider is asked (now)."""

    locked: payments.Locked
    attempt_id: int | None
    entries: tuple[Entry, ...] = ()
    """What the wallet pays, not yet posted."""

    @property
    def covered(self) -> bool:
        """The wallet pays all of it: the order can be fulfilled."""
        return bool(self.entries)


def start(order: Order, tender: Tender, *, now: datetime) -> Started:
    """Open the payment of a new order and store its attempts. Part of the caller's step."""
    payment = payments.open_payment(
        order_id=order.pk,
        customer_id=order.customer_id,
        amount=order.total,
        expires_at=now + PAYMENT_LIFE,
        now=now,
    )
    return _attempts(payments.Locked(payment, ()), order, tender, now=now)


def _attempts(locked: payments.Locked, order: Order, tender: Tender, *, now: datetime) -> Started:
    payment, owed = locked.payment, locked.payment.amount
    tender = _allowed(order, tender)
    # A guest pays for somebody else's line: the wallet is the owner's. And no wallet fills itself.
    may_use_wallet = not order.by_guest and order.kind != OrderKind.TOP_UP
    if tender.use_wallet and may_use_wallet and locked.wallet_part is None:
        has = books.wallet_balance(payment.customer_id, payment.currency)
        if has >= owed and not locked.attempts:
            return spend_wallet(locked, now=now)
        part = wallet_share(has, owed, least=least(owed.currency))
        if part:
            locked = _hold_wallet_part(locked, part, now=now)
    held = locked.wallet_part.amount if locked.wallet_part else Money(0, owed.currency)
    if tender.provider is None or tender.method is None or held == owed:
        raise NothingToPayWith
    method = payment_provider(tender.provider).capabilities().method(tender.method)
    if method is None or owed.currency not in method.currencies:
        raise NothingToPayWith
    if not order.by_guest and disputes.holds(payment.customer_id):
        raise OnHold
    if tender.elsewhere:
        return Started(locked, None)
    verify = must_verify(order, owed - held, tender.trail, now=now)
    guest = order.by_guest
    attempt = try_with(locked, tender, amount=owed - held, by_guest=guest, verify=verify, now=now)
    return Started(locked, attempt.pk)


def least(currency: str) -> int:
    """The least a provider is asked for, in minor units."""
    return settings.CONFIG.limit_in(settings.CONFIG.payment_minimum, currency)


def try_with(
    locked: payments.Locked,
    tender: Tender,
    *,
    amount: Money,
    by_guest: bool = False,
    off_session: bool = False,
    verify: bool = False,
    now: datetime,
) -> Attempt:
    """Store a try with the tender's method before the provider hears of it."""
    assert tender.provider is not None
    assert tender.method is not None
    known = tender.payer_ref
    if tender.keep or tender.saved_id:
        known = queries.payer_ref(locked.payment.customer_id, tender.provider, saved_id=tender.saved_id)
    life = _life(tender)
    if life == CODE_LIFE:
        payments.keep_open(locked.payment, until=now + life + TO_RENEW)
    return payments.open_attempt(
        locked,
        provider=tender.provider,
        method=tender.method,
        amount=amount,
        now=now,
        state=AttemptState.SUBMITTING,
        manner=Manner(
            life=life,
            about=_about(amount, tender.about_in, now=now),
            place=tender.place,
            keep=tender.keep,
            saved_id=tender.saved_id,
            payer_ref=known,
            off_session=off_session,
            verify=verify,
            tried_by=None if by_guest else locked.payment.customer_id,
            device=tender.trail.device,
            address=tender.trail.address,
        ),
    )


def _life(tender: Tender) -> timedelta:
    """How long the payer has: a code that may hang on a screen has less than a page of the provider's."""
    assert tender.provider is not None
    method = payment_provider(tender.provider).capabilities().method(tender.method or "")
    return CODE_LIFE if method is not None and method.shown_by_us(tender.place) else ATTEMPT_LIFE


def _about(amount: Money, into: str | None, *, now: datetime) -> dict[str, Any] | None:
    shown = catalog.about(amount, into=into, now=now) if into else None
    return shown.to_json() if shown else None


def _allowed(order: Order, tender: Tender) -> Tender:
    """The tender with what it names. NothingToPayWith for a kept way to pay that is not the customer's.

    A guest keeps nothing, and pays with nothing that somebody else keeps.
    """
    if tender.saved_id is not None:
        kept = None if order.by_guest else queries.kept(order.customer_id, tender.saved_id)
        if kept is None:
            raise NothingToPayWith
        return replace(tender, provider=kept.provider, method=kept.method, keep=False)
    return replace(tender, keep=tender.keep and not order.by_guest and _saves(tender))


def _saves(tender: Tender) -> bool:
    """Whether the provider can keep this way to pay."""
    if tender.provider is None or tender.method is None:
        return False
    method = payment_provider(tender.provider).capabilities().method(tender.method)
    return method is not None and method.saves


def spend_wallet(locked: payments.Locked, *, now: datetime) -> Started:
    """The wallet covers all of it: nobody else is waited for, so nothing is held."""
    payment = locked.payment
    attempt = payments.open_attempt(
        locked, provider=WALLET, method=WALLET, amount=payment.amount, now=now, state=AttemptState.SUCCEEDED
    )
    entry = recipes.wallet_spent(
        attempt_id=attempt.pk, customer_id=payment.customer_id, payment_id=payment.pk, amount=payment.amount
    )
    return Started(payments.Locked(payment, (attempt,)), None, (entry,))


def _hold_wallet_part(locked: payments.Locked, part: Money, *, now: datetime) -> payments.Locked:
    """Set a part of the wallet aside while another method is being paid."""
    payment = locked.payment
    attempt = payments.open_attempt(
        locked, provider=WALLET, method=WALLET, amount=part, now=now, state=AttemptState.PROCESSING
    )
    ledger.post(
        recipes.wallet_part_held(attempt_id=attempt.pk, customer_id=payment.customer_id, amount=part),
        happened_at=now,
    )
    return payments.Locked(payment, (*locked.attempts, attempt))


def collect(locked: payments.Locked, order: Order, *, entries: tuple[Entry, ...] = (), now: datetime) -> Paid:
    """The payment is covered: take the wallet's part as far as it is needed; the order as paid.

    `entries` brought the money and are not posted yet: fulfilling posts them with what it becomes.
    """
    payment = locked.payment
    brought = sum(a.amount_minor for a in locked.attempts if a.state == AttemptState.SUCCEEDED)
    needed = Money(payment.amount_minor - brought, payment.currency)
    settled = settle_wallet_part(locked, needed=needed, now=now)
    payments.paid(payment, now=now)
    succeeded = [a for a in locked.attempts if a.state == AttemptState.SUCCEEDED]
    by = next((a for a in succeeded if not a.is_wallet), None)
    from_wallet = sum(a.amount_minor for a in succeeded if a.is_wallet)
    return Paid(
        order=order,
        payment_id=payment.pk,
        wallet_part=Money(from_wallet, payment.currency),
        method=by.method if by else WALLET,
        card=by.card if by else {},
        entries=entries + settled,
    )


def settle_wallet_part(locked: payments.Locked, *, needed: Money, now: datetime) -> tuple[Entry, ...]:
    """Take the held wallet part if it is needed, else give it back; the entry that says so, unposted."""
    held, payment = locked.wallet_part, locked.payment
    if held is None:
        return ()
    if needed.minor > 0:
        payments.move(held, AttemptEvent.SUCCEEDED, source="settle", now=now)
        entry = recipes.wallet_part_taken(
            attempt_id=held.pk, customer_id=payment.customer_id, payment_id=payment.pk, amount=held.amount
        )
    else:
        payments.move(held, AttemptEvent.CANCELED, source="settle", now=now)
        entry = recipes.wallet_part_released(
            attempt_id=held.pk, customer_id=payment.customer_id, amount=held.amount
        )
    return (entry,)


def send(attempt_id: int, *, payer_ip: str | None = None, now: datetime) -> str | None:
    """Ask the provider for the money; where the customer goes next, None when it refused or did not answer.

    A kept way to pay is charged at once: the customer goes to our landing page, which asks how it went.
    A code to scan is shown on the order's own page, and so is what the app around it asks for.

    Safe to repeat: the idempotency key is the attempt's, so the provider makes one object.
    """
    provider, ask = ask_for(attempt_id, with_email=True)
    ask = replace(ask, payer_ip=payer_ip)
    action, trouble = None, None
    try:
        action = payment_provider(provider).create(ask)
    except (Refused, Unknown) as error:
        trouble = error
    with in_cell(cell_of(attempt_id)):
        attempt = _locked_attempt(attempt_id)
        if action is not None:
            payments.shown(attempt, action, now=now)
        elif isinstance(trouble, Misconfigured) and attempt.state == AttemptState.UNKNOWN:
            pass  # our keys, not this attempt: what the lost answer was is as unknown as before
        elif isinstance(trouble, Refused):
            payments.refused(attempt, reason=trouble.reason, source="create", now=now)
            saved.charged(attempt)
        elif trouble is not None:
            payments.lost(attempt, reason=trouble.reason, source="create", now=now)
        order = attempt.payment.order
    return _door(order, action.action, action.url) if action else None


def _door(order: Order, action: Action | str | None, url: str | None) -> str:
    """Where the customer goes to pay."""
    if action in SHOWN_BY_US:
        return links.order_page(order)
    return url or links.landing_page(order)


def go_on(order: Order, started: Started | None, tender: Tender, *, now: datetime) -> str | None:
    """After the step that opened an order: its pay page, None when there is none to go to.

    `started` None: the order was there before (a second tap), and is paid as it stands.
    """
    if started is None:
        return again(order, tender, now=now)
    return send(started.attempt_id, payer_ip=tender.payer_ip, now=now) if started.attempt_id else None


def again(order: Order, tender: Tender, *, now: datetime) -> str | None:
    """Try to pay an open order once more; the pay page's address, None when there is none to go to.

    The same method goes back to the page that is open; another one, or a code whose time is over, closes
    it first. Whatever is paid there all the same is surplus and finds its home.
    """
    with in_cell(cell_of(order.pk)):
        if Order.objects.values_list("state", flat=True).get(pk=order.pk) != OrderState.OPEN:
            return None
        locked, tender = _payable(order), _allowed(order, tender)
        same = _open_one(locked, tender, now=now)
        others = [a for a in locked.attempts if a.state in OPEN and not a.is_wallet and a != same]
    if same is not None:
        if same.next_url and not _is_stale(same, now=now):
            return _door(order, same.action, same.next_url)
        return send(same.pk, payer_ip=tender.payer_ip, now=now)
    paid = [each for each in others if close(each.pk, now=now) is Closed.ALREADY_PAID]
    if any(each.action in SHOWN_BY_US for each in paid):
        return links.landing_page(order)  # scanned a moment ago: ask how that went before asking for more
    with in_cell(cell_of(order.pk)):
        locked = _payable(order)
        same = _open_one(locked, tender, now=now)  # a second tap may have been quicker
        attempt_id = same.pk if same else _attempts(locked, order, tender, now=now).attempt_id
    return send(attempt_id, payer_ip=tender.payer_ip, now=now) if attempt_id else None


def _open_one(locked: payments.Locked, tender: Tender, *, now: datetime) -> Attempt | None:
    """The try with this very way to pay, made for where the payer stands now, that may still be paid."""
    wanted = (tender.method, tender.saved_id, tender.keep, tender.place)
    still = (a for a in locked.attempts if a.state in OPEN and not a.is_wallet and _good(a, tender, now=now))
    return next((a for a in still if (a.method, a.saved_method_id, a.keep, a.place) == wanted), None)


def _good(attempt: Attempt, tender: Tender, *, now: datetime) -> bool:
    """Does what was shown still lead anywhere? A code ends, and an app pays only for whom it was asked."""
    if attempt.action == Action.SCRIPT and attempt.payer_ref != tender.payer_ref:
        return False
    return attempt.action not in SHOWN_BY_US or now < attempt.expires_at


def _is_stale(attempt: Attempt, *, now: datetime) -> bool:
    """Is the link that opens an app on a phone too old? Asking with the same key gives a fresh one."""
    opens_app = attempt.place == Place.PHONE and attempt.action == Action.REDIRECT
    return opens_app and now >= attempt.created_at + LINK_LIFE


def close(attempt_id: int, *, now: datetime) -> Closed | None:
    """Let nobody pay an attempt any more, if the provider can; None: it did not say.

    What it says of it now is settled as usual.
    """
    provider, ask = ask_for(attempt_id)
    try:
        closed = payment_provider(provider).close(replace(ask, take=False))
    except (Refused, Unknown):
        return None
    if closed is Closed.CLOSED:
        with in_cell(cell_of(attempt_id)):
            attempt = _locked_attempt(attempt_id)
            if attempt.state in OPEN:
                payments.move(attempt, AttemptEvent.CANCELED, source="close", now=now)
    return closed


def ask_for(attempt_id: int, *, with_email: bool = False) -> tuple[str, Ask]:
    """The provider of an attempt, and the attempt as its adapter sees it."""
    with in_cell(cell_of(attempt_id)):
        attempt = queries.attempt(attempt_id)
        order = attempt.payment.order = orders.read(attempt.payment.order_id)
        kept = attempt.saved_method
        wanted = _still_wanted(attempt)
    # Also when the answer to the first request was lost: the same key wants the same body.
    email_wanted = not order.by_guest and (with_email or attempt.provider_ref is None)
    return attempt.provider, Ask(
        ref=attempt.ref,
        idempotency_key=attempt.ref,
        amount=attempt.amount,
        method=attempt.method,
        provider_ref=attempt.provider_ref,
        description=_description(order),
        language=order.language,
        email=identity.email_of(order.customer_id) if email_wanted else None,
        return_url=links.landing_page(order),
        cancel_url=links.landing_page(order),  # asks at once: the page then says why it failed
        expires_at=attempt.expires_at,
        payer_ref=attempt.payer_ref,
        keep=attempt.keep,
        saved_ref=kept.saved_ref if kept else None,
        off_session=attempt.off_session,
        verify=attempt.verify,
        place=Place(attempt.place),
        take=wanted,
    )


def _still_wanted(attempt: Attempt) -> bool:
    """May asking about it take the money? Of a kept way to pay it might: not once another was chosen."""
    if attempt.state not in OPEN or attempt.payment.state != PaymentState.OPEN:
        return False
    later = attempt.payment.attempts.filter(number__gt=attempt.number).exclude(provider=WALLET)
    return attempt.saved_method_id is None or not later.exists()


def _description(order: Order) -> str:
    """What the provider's page says is being bought, in the customer's language where the plan has it."""
    plan = order.quote.get("plan", {}).get("texts", {})
    return str(plan.get(spoken(order.language), {}).get("name") or order.ref)


def _payable(order: Order) -> payments.Locked:
    locked = payments.lock(Payment.objects.values_list("id", flat=True).get(order_id=order.pk))
    if locked.payment.state != PaymentState.OPEN:
        raise NotPayable(order.ref)
    return locked


def _locked_attempt(attempt_id: int) -> Attempt:
    return payments.lock_attempt(attempt_id)[1]

"""Stripe's test cards, test tokens and other ways to pay, and what each one does.

Source: docs.stripe.com/testing.
"""

import hashlib
from dataclasses import replace

from yuanyou_sandbox.stripe.methods import (
    ALIPAY,
    DEBIT_RETURNED,
    EXPIRED,
    GENERIC,
    INSUFFICIENT,
    LOST,
    NOT_A_NUMBER,
    NOT_A_TEST_CARD,
    PROCESSING,
    STOLEN,
    TOO_OFTEN,
    WALLETS,
    WECHAT_PAY,
    WRONG_CVC,
    After,
    Alone,
    Decline,
    Does,
    Method,
    Refunds,
)

DEBITS = {
    "usd": "us_bank_account",
    "eur": "sepa_debit",
    "gbp": "bacs_debit",
    "aud": "au_becs_debit",
    "cad": "acss_debit",
}
"""The bank debit of each currency: money comes days later."""
WALLET_CURRENCIES = {
    ALIPAY: "aud cad cny eur gbp hkd jpy myr nzd sgd usd",
    WECHAT_PAY: "aud cad chf cny dkk eur gbp hkd jpy nok sek sgd usd",
}
"""What the wallets can be asked for. Source: docs.stripe.com/payments/alipay and /wechat-pay."""
CARD_LENGTHS = range(12, 20)
DEBIT, DEBIT_FAILS = "bank_debit", "bank_debit_fails"

PAYS, DECLINES = Method("card", Does.PAY), Method("card", Does.DECLINE, keeps=False)
CHALLENGES = Method("card", Does.CHALLENGE, alone=Alone.ASKS)


def _declines(why: Decline) -> Method:
    return replace(DECLINES, decline=why)


CARDS = {
    "4242424242424242": PAYS,
    "4000056655665556": replace(PAYS, funding="debit"),
    "5555555555554444": replace(PAYS, brand="mastercard"),
    "5200828282828210": replace(PAYS, brand="mastercard", funding="debit"),
    "5105105105105100": replace(PAYS, brand="mastercard", funding="prepaid"),
    "378282246310005": replace(PAYS, brand="amex"),
    "6011111111111117": replace(PAYS, brand="discover"),
    "3056930009020004": replace(PAYS, brand="diners"),
    "3566002020360505": replace(PAYS, brand="jcb", country="JP"),
    "6200000000000005": replace(PAYS, brand="unionpay", country="CN"),
    "6200000000000047": replace(PAYS, brand="unionpay", country="CN", funding="debit"),
    "4000001560000002": replace(PAYS, country="CN"),
    "4000003440000004": replace(PAYS, country="HK"),
    "4000000000000002": _declines(GENERIC),
    "4000000000009995": _declines(INSUFFICIENT),
    "4000000000009987": _declines(LOST),
    "4000000000009979": _declines(STOLEN),
    "4000000000006975": _declines(TOO_OFTEN),
    "4000000000000069": _declines(EXPIRED),
    "4000000000000127": _declines(WRONG_CVC),
    "4000000000000119": _declines(PROCESSING),
    "4000000000000341": replace(_declines(GENERIC), keeps=True),
    "4000002500003155": replace(CHALLENGES, alone=Alone.ASKS_UNLESS_SET_UP),
    "4000002760003184": CHALLENGES,
    "4000003800000446": replace(CHALLENGES, alone=Alone.PAYS),
    "4000008260003178": replace(CHALLENGES, alone=Alone.PAYS, decline=INSUFFICIENT),
    "4000000000003220": CHALLENGES,
    "4000008400001629": replace(CHALLENGES, decline=GENERIC),
    "4000000000003055": replace(PAYS, verifies=True),
    "4000000000007726": replace(PAYS, refunds=Refunds.LATER),
    "4000000000005126": replace(PAYS, refunds=Refunds.FAIL_LATER),
    "4000000000000259": replace(PAYS, after=After.FRAUD),
    "4000000000002685": replace(PAYS, after=After.NOT_RECEIVED),
    "4000000000001976": replace(PAYS, after=After.INQUIRY),
    "4000000000005423": replace(PAYS, after=After.WARNING),
}
TOKENS = {
    "pm_card_visa": "4242424242424242",
    "pm_card_visa_debit": "4000056655665556",
    "pm_card_mastercard": "5555555555554444",
    "pm_card_mastercard_debit": "5200828282828210",
    "pm_card_mastercard_prepaid": "5105105105105100",
    "pm_card_amex": "378282246310005",
    "pm_card_discover": "6011111111111117",
    "pm_card_diners": "3056930009020004",
    "pm_card_jcb": "3566002020360505",
    "pm_card_unionpay": "6200000000000005",
    "pm_card_cn": "4000001560000002",
    "pm_card_hk": "4000003440000004",
    "pm_card_visa_chargeDeclined": "4000000000000002",
    "pm_card_visa_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_visa_chargeDeclinedLostCard": "4000000000009987",
    "pm_card_visa_chargeDeclinedStolenCard": "4000000000009979",
    "pm_card_visa_chargeDeclinedVelocityLimitExceeded": "4000000000006975",
    "pm_card_chargeDeclined": "4000000000000002",
    "pm_card_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_chargeDeclinedExpiredCard": "4000000000000069",
    "pm_card_chargeDeclinedIncorrectCvc": "4000000000000127",
    "pm_card_chargeDeclinedProcessingError": "4000000000000119",
    "pm_card_chargeCustomerFail": "4000000000000341",
    "pm_card_threeDSecure2Required": "4000000000003220",
    "pm_card_threeDSecureOptional": "4000000000003055",
    "pm_card_authenticationRequiredOnSetup": "4000002500003155",
    "pm_card_authenticationRequired": "4000002760003184",
    "pm_card_authenticationRequiredSetupForOffSession": "4000003800000446",
    "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds": "4000008260003178",
    "pm_card_pendingRefund": "4000000000007726",
    "pm_card_refundFail": "4000000000005126",
    "pm_card_createDispute": "4000000000000259",
    "pm_card_createDisputeProductNotReceived": "4000000000002685",
    "pm_card_createDisputeInquiry": "4000000000001976",
    "pm_card_createIssuerFraudRecord": "4000000000005423",
}
LATER = {
    "pays": PAYS,
    "generic_decline": _declines(GENERIC),
    "insufficient_funds": _declines(INSUFFICIENT),
    "expired_card": _declines(EXPIRED),
    "lost_card": _declines(LOST),
    "processing_error": _declines(PROCESSING),
    "authentication_required": CHALLENGES,
}
"""What the bank of a kept card may come to do."""


def chosen(card: str, currency: str) -> Method | None:
    """The method of a card number, of `bank_debit`, `alipay` or `wechat_pay`.

    None when this currency has no such thing.
    """
    if card in {DEBIT, DEBIT_FAILS}:
        return _debit(card, currency)
    if card in WALLETS:
        return wallet(card) if currency in WALLET_CURRENCIES[card].split() else None
    number = "".join(filter(str.isdigit, card))
    known = CARDS.get(number)
    if known is None:
        known = _declines(NOT_A_TEST_CARD if luhn(number) else NOT_A_NUMBER)
    return replace(known, last4=number[-4:], fingerprint=_fingerprint(number))


def of_token(token: str) -> Method | None:
    """The method of one of Stripe's test payment methods (`pm_card_visa`)."""
    return chosen(TOKENS[token], "usd") if token in TOKENS else None


def later(method: Method, what: str) -> Method:
    """The same card, whose bank now does one of `LATER`."""
    new = LATER[what]
    return replace(method, does=new.does, decline=new.decline, alone=new.alone, verifies=False)


def of_fingerprint(fingerprint: str) -> Method:
    """The method whose number we have not kept."""
    return FINGERPRINTS[fingerprint]


def wallet(kind: str) -> Method:
    """Alipay or WeChat Pay: approved in the customer's app."""
    refunds = Refunds.LATER if kind == WECHAT_PAY else Refunds.AT_ONCE
    return Method(kind, Does.APPROVE, brand="", fingerprint=_fingerprint(kind), keeps=False, refunds=refunds)


def possible_types(currency: str) -> list[str]:
    """Every type a payment in this currency can have."""
    wallets = [kind for kind in sorted(WALLETS) if currency in WALLET_CURRENCIES[kind].split()]
    return [*usual_types(currency), *wallets]


def usual_types(currency: str) -> list[str]:
    """The types offered when none is asked for: those switched on in the account's dashboard."""
    return ["card", *([DEBITS[currency]] if currency in DEBITS else [])]


def luhn(number: str) -> bool:
    """Is it 12 to 19 digits with the right check digit?"""
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number)))
    return len(number) in CARD_LENGTHS and sum(each // 10 + each % 10 for each in doubled) % 10 == 0


def _debit(card: str, currency: str) -> Method | None:
    kind = DEBITS.get(currency)
    if kind is None:
        return None
    fails = card == DEBIT_FAILS
    last4 = "1116" if fails else "6789"
    decline = DEBIT_RETURNED if fails else None
    return Method(
        kind, Does.DELAY, brand="", last4=last4, fingerprint=_fingerprint(kind + last4), decline=decline
    )


def _fingerprint(number: str) -> str:
    return hashlib.sha256(f"sandbox {number}".encode()).hexdigest()[:16]


FINGERPRINTS = {
    method.fingerprint: method
    for method in [
        *(chosen(number, "usd") for number in CARDS),
        *(chosen(way, code) for way in (DEBIT, DEBIT_FAILS) for code in DEBITS),
        *map(wallet, sorted(WALLETS)),
    ]
    if method
}

"""The customer's payment code: the shop scans it off a phone. One payment, one minute.

Source: Alipay's page of alipay.trade.pay: 25 to 30 at its beginning, 16 to 24 digits.
"""

import secrets

from yuanyou_sandbox.alipay.account import Account, digits
from yuanyou_sandbox.alipay.errors import business
from yuanyou_sandbox.shared.store import Document

KIND = "code"
LIVES_SECONDS = 60
PAYS, ASKS, POOR = "pays", "asks", "poor"
DOES = {
    PAYS: "Pays at once",
    ASKS: "Asks for the password first",
    POOR: "Has not enough money",
}
"""What the customer behind the code does."""


def new(account: Account, does: str) -> Document:
    number = f"28{secrets.randbelow(10)}{digits(15)}"
    made: Document = {"id": number, "does": does, "expires_at": account.now() + LIVES_SECONDS, "used": False}
    return account.create(KIND, made)


def take(account: Account, number: str) -> str:
    """What its customer does; the code is used up. Refusal for one that does not hold."""
    code = account.find(KIND, number)
    if code is None or code["used"] or code["expires_at"] <= account.now():
        raise business("ACQ.PAYMENT_AUTH_CODE_INVALID")
    account.save(KIND, code | {"used": True})
    return str(code["does"])

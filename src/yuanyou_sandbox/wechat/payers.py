"""The people who pay: their openid, and the code on their phone that a shop scans."""

import secrets
from enum import StrEnum

from yuanyou_sandbox.shared.store import Document
from yuanyou_sandbox.wechat.account import COMPANY, Account, digits

BANK = "CMB_DEBIT"
OPENID = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"
WHO = "payer"
CODE, CODE_SECONDS = "code", 60
OAUTH, OAUTH_SECONDS = "oauth_code", 300


class Mood(StrEnum):
    """What a payer whose code is scanned does."""

    PAYS = "pays"
    ASKED = "asked"  # WeChat asks them for their password first
    POOR = "poor"


def current(account: Account) -> str:
    """Who holds the phone now."""
    return str(account.world.store.fact(COMPANY, WHO) or OPENID)


def become(account: Account, openid: str) -> None:
    """Somebody else holds it."""
    account.world.store.keep_fact(COMPANY, WHO, openid)
    account.world.store.keep_fact(COMPANY, f"payer {openid}", account.now())


def known(account: Account, openid: str) -> bool:
    """Has our app ever seen them?"""
    return openid == OPENID or account.world.store.fact(COMPANY, f"payer {openid}") is not None


def show_code(account: Account, mood: Mood) -> Document:
    """The code on the phone, for a minute."""
    made: Document = {"id": f"13{digits(16)}", "mood": mood, "until": account.now() + CODE_SECONDS}
    return account.create(CODE, made)


def use_code(account: Account, code: str) -> Mood | None:
    """None for a code that is not one, was used or is too old."""
    found = account.find(CODE, code)
    if found is None:
        return None
    account.delete(CODE, code)
    return Mood(found["mood"]) if account.now() < found["until"] else None


def give_oauth_code(account: Account) -> str:
    """What the payer brings to the merchant's page; good once."""
    made: Document = {
        "id": secrets.token_hex(16),
        "openid": current(account),
        "until": account.now() + OAUTH_SECONDS,
    }
    return str(account.create(OAUTH, made)["id"])


def take_oauth_code(account: Account, code: str) -> Document | None:
    """None for a code that is not one or is too old; `used` when it was taken before."""
    found = account.find(OAUTH, code)
    if found is None or account.now() >= found["until"]:
        return None
    account.save(OAUTH, found | {"used": True})
    return found

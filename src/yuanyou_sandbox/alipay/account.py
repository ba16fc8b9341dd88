"""One merchant's account at Alipay: its app, its keys, its objects in our store, its clock.

Objects are kept in our own words; `operations.py` says them in Alipay's. Amounts are fen.
"""

import secrets
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from zoneinfo import ZoneInfo

from yuanyou_sandbox.alipay import keys
from yuanyou_sandbox.alipay.keys import Certificates
from yuanyou_sandbox.shared.store import Document, Page
from yuanyou_sandbox.shared.world import World

COMPANY = "alipay"
BEIJING = ZoneInfo("Asia/Shanghai")
FORMAT = "%Y-%m-%d %H:%M:%S"
CERTIFICATE_MODE = "certificate_mode"
BUYER_ID, BUYER_LOGON = "2088102177846880", "csq***@sandbox.com"
"""The one payer of the sandbox."""


class Account:
    """`kind` is our name of a sort of object: order, refund, movement, event, code."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.url = f"{world.settings.url}/{COMPANY}"
        self.app_id = world.settings.alipay_app_id
        self.seller_id = world.settings.alipay_seller_id

    def now(self) -> int:
        return int(self.world.clock.now())

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing; an inner one joins the outer one."""
        return self.world.store.transaction()

    # Keys are made when they are first needed: many who use the sandbox never speak with Alipay.

    @property
    def private_key(self) -> str:
        """What Alipay signs with."""
        return self.world.settings.alipay_private_key or self._made("secret alipay key")

    @property
    def app_private_key(self) -> str | None:
        """The app's own key, where the sandbox had to make it."""
        return None if self.world.settings.alipay_app_public_key else self._made("secret app key")

    @property
    def app_public_key(self) -> str:
        """What the app's requests are proved with."""
        given = self.world.settings.alipay_app_public_key
        return given or keys.public_of(self._made("secret app key"))

    @property
    def certificates(self) -> Certificates:
        kept = self.world.store.fact(COMPANY, "secret certificates")
        if kept is None:
            made = Certificates.made(app_public=self.app_public_key, alipay_private=self.private_key)
            kept = [made.root, made.app, made.alipay]
            self.world.store.keep_fact(COMPANY, "secret certificates", kept)
        return Certificates(*kept)

    @property
    def in_certificate_mode(self) -> bool:
        return bool(self.world.store.fact(COMPANY, CERTIFICATE_MODE))

    def choose_mode(self, *, certificates: bool) -> None:
        self.world.store.keep_fact(COMPANY, CERTIFICATE_MODE, certificates)

    def _made(self, name: str) -> str:
        kept = self.world.store.fact(COMPANY, name)
        if kept is None:
            kept = keys.new_private()
            self.world.store.keep_fact(COMPANY, name, kept)
        return str(kept)

    def create(self, kind: str, body: Document, found_by: Mapping[str, str | None] | None = None) -> Document:
        """Keep a new object; `found_by` are names and values it can be listed by."""
        known = {name: value for name, value in (found_by or {}).items() if value}
        self.world.store.insert(f"{COMPANY}.{kind}", body, created=self.now(), keys=known)
        return body

    def save(self, kind: str, body: Document) -> None:
        self.world.store.replace(f"{COMPANY}.{kind}", body)

    def add_key(self, kind: str, ident: str, name: str, value: str) -> None:
        self.world.store.add_key(f"{COMPANY}.{kind}", ident, name, value)

    def find(self, kind: str, ident: str | None) -> Document | None:
        return self.world.store.get(f"{COMPANY}.{kind}", ident) if ident else None

    def all_by(self, kind: str, name: str, value: str) -> list[Document]:
        """Every object with this key, oldest first."""
        found, _ = self.world.store.page(f"{COMPANY}.{kind}", Page(limit=100_000, key=(name, value)))
        return found[::-1]

    def first_by(self, kind: str, name: str, value: str | None) -> Document | None:
        return next(iter(self.all_by(kind, name, value)), None) if value else None

    def latest(self, kind: str, limit: int) -> list[Document]:
        return self.world.store.page(f"{COMPANY}.{kind}", Page(limit=limit))[0]

    def count(self, kind: str) -> int:
        return self.world.store.count(f"{COMPANY}.{kind}")


def beijing(at: float) -> str:
    """A moment as Alipay says it."""
    return datetime.fromtimestamp(at, BEIJING).strftime(FORMAT)


def yuan(fen: int) -> str:
    """12.00"""
    sign, fen = "-" if fen < 0 else "", abs(fen)
    return f"{sign}{fen // 100}.{fen % 100:02d}"


def digits(length: int) -> str:
    return "".join(secrets.choice("0123456789") for _ in range(length))

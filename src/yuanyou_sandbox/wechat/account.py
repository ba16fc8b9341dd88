"""One merchant number at WeChat Pay: its orders in our store, its keys, its clock.

Objects are kept in our own words; what the interface shows is made from them.
"""

import json
import secrets
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta, timezone

from yuanyou_sandbox.shared.store import Document, Page
from yuanyou_sandbox.shared.world import World
from yuanyou_sandbox.wechat import keys
from yuanyou_sandbox.wechat.keys import PlatformKey

COMPANY = "wechat"
BEIJING = timezone(timedelta(hours=8))
PLATFORM, CERTIFIED, ROTATED = "secret platform key", "secret certificate key", "rotated keys"
"""Facts: secrets outlive a reset."""
FILE = "wechat.json"
MOST = 1_000_000
"""Of documents in one list: all of them."""


class Account:
    """`kind` is our name of a sort of object: order, refund, movement, ..."""

    def __init__(self, world: World) -> None:
        given = world.settings
        self.world = world
        self.url = f"{given.url}/{COMPANY}"
        self.mchid, self.app_id = given.wechat_mchid, given.wechat_app_id
        self.app_secret = world.secret(COMPANY, "app secret", given.wechat_app_secret, "")
        self.api_key = given.wechat_api_key or world.secret(COMPANY, "api key", None, "")[:32]
        self.cert_serial = given.wechat_cert_serial
        self.merchant_key = given.wechat_merchant_key or self._own_merchant()

    def now(self) -> int:
        return int(self.world.clock.now())

    def time(self, at: float | None = None) -> str:
        """A moment as the interface shows it; now when None."""
        return beijing(self.now() if at is None else at).isoformat(timespec="seconds")

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing; an inner one joins the outer one."""
        return self.world.store.transaction()

    def create(self, kind: str, body: Document, keys: Mapping[str, str | None] | None = None) -> Document:
        """Keep a new object; `keys` are what it can be found by."""
        found = {name: value for name, value in (keys or {}).items() if value}
        self.world.store.insert(f"{COMPANY}.{kind}", body, created=self.now(), keys=found)
        return body

    def save(self, kind: str, body: Document) -> None:
        self.world.store.replace(f"{COMPANY}.{kind}", body)

    def add_key(self, kind: str, ident: str, name: str, value: str) -> None:
        self.world.store.add_key(f"{COMPANY}.{kind}", ident, name, value)

    def delete(self, kind: str, ident: str) -> None:
        self.world.store.delete(f"{COMPANY}.{kind}", ident)

    def find(self, kind: str, ident: str | None) -> Document | None:
        return self.world.store.get(f"{COMPANY}.{kind}", ident) if ident else None

    def page(self, kind: str, page: Page) -> tuple[list[Document], bool]:
        return self.world.store.page(f"{COMPANY}.{kind}", page)

    def all_by(self, kind: str, name: str, value: str) -> list[Document]:
        """Every object with this key, oldest first."""
        found, _ = self.page(kind, Page(limit=MOST, key=(name, value)))
        return found[::-1]

    def one_by(self, kind: str, name: str, value: str) -> Document | None:
        return next(iter(self.all_by(kind, name, value)), None)

    def count(self, kind: str) -> int:
        return self.world.store.count(f"{COMPANY}.{kind}")

    def platform_keys(self) -> list[PlatformKey]:
        """WeChat's own keys, the one that signs now last."""
        given, store = self.world.settings, self.world.store
        first = (
            self._made_once(PLATFORM, keys.PUBLIC_KEY)
            if not given.wechat_platform_key
            else PlatformKey(given.wechat_platform_key_id, keys.PUBLIC_KEY, given.wechat_platform_key)
        )
        certified = store.fact(COMPANY, CERTIFIED)
        kept = [*([certified] if certified else []), first.kept(), *(store.fact(COMPANY, ROTATED) or [])]
        return [PlatformKey(**each) for each in kept]

    def certified_keys(self) -> list[PlatformKey]:
        """Those that have a platform certificate; there is always one."""
        self._made_once(CERTIFIED, keys.CERTIFICATE)
        return [each for each in self.platform_keys() if each.kind == keys.CERTIFICATE]

    def signing_key(self, wanted: str | None = None) -> PlatformKey:
        """The one the caller names, if it is one; else the one that signs now."""
        known = self.platform_keys()
        return next((each for each in known if each.ident == wanted), known[-1])

    def rotate(self, kind: str) -> PlatformKey:
        """Sign with a new key from now on."""
        made = keys.new_platform_key(kind)
        newer = self.world.store.fact(COMPANY, ROTATED) or []
        self.world.store.keep_fact(COMPANY, ROTATED, [*newer, made.kept()])
        return made

    def _made_once(self, name: str, kind: str) -> PlatformKey:
        """The key of this name, made when it was first wanted."""
        kept = self.world.store.fact(COMPANY, name)
        if kept is None:
            kept = keys.new_platform_key(kind).kept()
            self.world.store.keep_fact(COMPANY, name, kept)
        return PlatformKey(**kept)

    def _own_merchant(self) -> str:
        """For a sandbox that was given nothing: a pair of its own, written down for whoever asks it."""
        store, name = self.world.store, "secret merchant key"
        private = store.fact(COMPANY, name)
        if private is None:
            private = keys.new_private()
            store.keep_fact(COMPANY, name, private)
        told = {
            "mchid": self.mchid,
            "app_id": self.app_id,
            "app_secret": self.app_secret,
            "api_key": self.api_key,
            "cert_serial": self.cert_serial,
            "private_key": private,
            "public_keys": [f"{each.ident}={each.public()}" for each in self.platform_keys()],
        }
        path = self.world.settings.data / FILE
        path.touch(mode=0o600)
        path.write_text(json.dumps(told, indent=2), encoding="utf-8")
        return keys.public_of(private)


def beijing(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC).astimezone(BEIJING)


def day_of(at: float) -> str:
    """The day in Beijing that this moment is in: 2026-11-23."""
    return beijing(at).date().isoformat()


def digits(count: int) -> str:
    return "".join(secrets.choice("0123456789") for _ in range(count))

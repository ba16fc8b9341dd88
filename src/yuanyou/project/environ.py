"""Reading typed values from environment variables, with one clear sentence for each that cannot stand."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Unsafe(Exception):
    """A setting is missing, unreadable or unsafe; the message is one sentence that says what to set."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Looks values up by field name: `text("site_url")` reads YUANYOU_SITE_URL. Empty counts as unset.

    Every method raises Unsafe. A `default` of None means: must be set in production.
    """

    environ: Mapping[str, str]
    production: bool

    def text(self, name: str, default: str | None, *, what: str) -> str:
        """The value, or the demo's default. `what` ends the sentence "Set YUANYOU_X to ..."."""
        value = self.optional(name)
        if value is not None:
            return value
        if self.production or default is None:
            raise Unsafe(f"Set {variable(name)} to {what}.")
        return default

    def optional(self, name: str) -> str | None:
        return self.environ.get(variable(name), "").strip() or None

    def listing(self, name: str) -> tuple[str, ...]:
        """Values separated by commas."""
        return tuple(part.strip() for part in (self.optional(name) or "").split(",") if part.strip())

    def number(self, name: str, default: int, *, least: int, most: int) -> int:
        value = self.optional(name)
        if value is None:
            return default
        if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
            raise Unsafe(f"{variable(name)} must be a whole number from {least} to {most}, not {value!r}.")
        return int(value)

    def choice(self, name: str, default: str, *, among: tuple[str, ...]) -> str:
        value = self.optional(name) or default
        if value not in among:
            raise Unsafe(f"{variable(name)} must be one of {', '.join(among)}, not {value!r}.")
        return value

    def url(self, name: str, default: str | None, *, what: str) -> str:
        """An http or https address without a trailing slash; only https in production."""
        value = self.text(name, default, what=what).rstrip("/")
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise Unsafe(f"{variable(name)} must be an http or https address, not {value!r}.")
        if self.production and parts.scheme != "https":
            raise Unsafe(f"{variable(name)} must start with https:// in production, not {value!r}.")
        return value

    def key(self, name: str, default: str) -> str:
        """32 random bytes as URL-safe base64, kept as the text a Fernet key is."""
        value = self.text(name, default, what="32 random bytes as URL-safe base64 (44 characters)")
        try:
            size = len(base64.b64decode(value, altchars=b"-_", validate=True))
        except (binascii.Error, ValueError):
            size = 0
        if size != 32:  # noqa: PLR2004  the size of an AES-256 key
            raise Unsafe(f"{variable(name)} must be 32 random bytes as URL-safe base64 (44 characters).")
        return value

    def refuse(self, name: str, *, why: str) -> None:
        """This belongs to the demo: in production it must not be set."""
        if self.production and self.optional(name) is not None:
            raise Unsafe(f"Unset {variable(name)}: {why}.")


def variable(name: str) -> str:
    """The environment variable of a field."""
    return name.upper() if name == "database_url" else f"YUANYOU_{name.upper()}"

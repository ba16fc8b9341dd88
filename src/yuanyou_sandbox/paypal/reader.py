"""Request bodies, read strictly: every field must be asked for by the operation that understands it.

PayPal itself passes over most of what it does not know; a field that is not read here is a mistake in the
caller, or one the sandbox does not simulate, so it is refused (NOT_SUPPORTED).
"""

import json
from collections.abc import Collection
from typing import Any

from yuanyou_sandbox.paypal.errors import ApiError, invalid

LONGEST = 127


def decode(body: bytes) -> dict[str, Any]:
    """A JSON object; empty for an empty body. ApiError for anything else."""
    if not body.strip():
        return {}
    try:
        tree = json.loads(body)
    except ValueError:
        raise invalid("MALFORMED_REQUEST_JSON", "/") from None
    if tree is None:
        return {}
    if not isinstance(tree, dict):
        raise invalid("MALFORMED_REQUEST_JSON", "/")
    return tree


def decode_patch(body: bytes) -> dict[str, Any]:
    """A JSON patch, as `operations`. ApiError for anything else."""
    try:
        tree = json.loads(body)
    except ValueError:
        raise invalid("MALFORMED_REQUEST_JSON", "/") from None
    if not isinstance(tree, list):
        raise invalid("MALFORMED_REQUEST_JSON", "/")
    return {"operations": tree}


class Reader:
    """One object of a request. `path` is its JSON pointer, `location` is body or query."""

    def __init__(self, tree: dict[str, Any], path: str = "", location: str = "body") -> None:
        self._tree, self._path, self._location = dict(tree), path, location
        self._inner: list[Reader] = []

    def text(self, name: str, *, shortest: int = 1, longest: int = LONGEST) -> str | None:
        value = self._tree.pop(name, None)
        if value is None:
            return None
        if not isinstance(value, str):
            raise self.wrong("INVALID_PARAMETER_SYNTAX", name, value)
        if not shortest <= len(value) <= longest:
            raise self.wrong("INVALID_STRING_LENGTH", name, value)
        return value

    def need_text(self, name: str, *, shortest: int = 1, longest: int = LONGEST) -> str:
        value = self.text(name, shortest=shortest, longest=longest)
        if value is None:
            raise self.wrong("MISSING_REQUIRED_PARAMETER", name)
        return value

    def choice(self, name: str, options: Collection[str]) -> str | None:
        value = self.text(name)
        if value is not None and value not in options:
            raise self.wrong("INVALID_PARAMETER_VALUE", name, value)
        return value

    def need_choice(self, name: str, options: Collection[str]) -> str:
        value = self.choice(name, options)
        if value is None:
            raise self.wrong("MISSING_REQUIRED_PARAMETER", name)
        return value

    def flag(self, name: str) -> bool:
        value = self._tree.pop(name, None)
        if value is not None and not isinstance(value, bool):
            raise self.wrong("INVALID_PARAMETER_SYNTAX", name, value)
        return value is True

    def whole(self, name: str, *, least: int, most: int) -> int | None:
        """A number of a query."""
        value = self.text(name)
        if value is None:
            return None
        if not (value.isascii() and value.isdigit()):
            raise self.wrong("INVALID_PARAMETER_SYNTAX", name, value)
        if not least <= int(value) <= most:
            raise self.wrong("INVALID_PARAMETER_VALUE", name, value)
        return int(value)

    def group(self, name: str) -> "Reader | None":
        value = self._tree.pop(name, None)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.wrong("INVALID_PARAMETER_SYNTAX", name)
        return self._inside(value, self.full(name))

    def need_group(self, name: str) -> "Reader":
        group = self.group(name)
        if group is None:
            raise self.wrong("MISSING_REQUIRED_PARAMETER", name)
        return group

    def groups(self, name: str, *, least: int = 0, most: int = 100) -> "list[Reader]":
        value = self._tree.pop(name, None)
        if value is None and least:
            raise self.wrong("MISSING_REQUIRED_PARAMETER", name)
        value = [] if value is None else value
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise self.wrong("INVALID_PARAMETER_SYNTAX", name)
        if len(value) < least:
            raise self.wrong("INVALID_ARRAY_MIN_ITEMS", name)
        if len(value) > most:
            raise self.wrong("INVALID_ARRAY_MAX_ITEMS", name)
        return [self._inside(each, f"{self.full(name)}/{place}") for place, each in enumerate(value)]

    def anything(self, name: str) -> Any:
        """A value as it came, whatever it is."""
        return self._tree.pop(name, None)

    def without_effect(self, *names: str) -> None:
        """Fields PayPal knows and that change nothing we simulate."""
        for name in names:
            self._tree.pop(name, None)

    def finish(self) -> None:
        """ApiError when something was sent that nobody asked for."""
        if self._tree:
            raise self.wrong("NOT_SUPPORTED", next(iter(self._tree)))
        for group in self._inner:
            group.finish()

    def full(self, name: str) -> str:
        """The JSON pointer of a field; the plain name of a query's parameter."""
        return name if self._location == "query" else f"{self._path}/{name}"

    def wrong(self, issue: str, name: str, value: object = None) -> ApiError:
        return invalid(issue, self.full(name), value, location=self._location)

    def _inside(self, tree: dict[str, Any], path: str) -> "Reader":
        group = Reader(tree, path, self._location)
        self._inner.append(group)
        return group

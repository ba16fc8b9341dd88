"""Request parameters: Stripe's bracketed form encoding, read strictly.

Every parameter must be asked for by the operation that understands it; `finish` refuses the others, as
Stripe refuses what it does not know.
"""

from collections.abc import Collection
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from yuanyou_sandbox.stripe.errors import ApiError

MOST_METADATA, LONGEST_NAME, LONGEST_VALUE = 50, 40, 500
DEEPEST = 8

T = TypeVar("T")


def decode(encoded: str) -> dict[str, Any]:
    """The tree of a form: `a[b][0][c]=1` and `a[]=1`. Groups whose names are 0, 1, ... are lists."""
    tree: dict[str, Any] = {}
    for name, value in parse_qsl(encoded, keep_blank_values=True, strict_parsing=False):
        _place(tree, name.replace("]", "").split("["), value, name)
    return {name: _with_lists(value) for name, value in tree.items()}


def _place(tree: dict[str, Any], path: list[str], value: str, name: str) -> None:
    if len(path) > DEEPEST:
        raise ApiError(f"Invalid request: {name} is nested too deep")
    for step in path[:-1]:
        inner = tree.setdefault(step or str(len(tree)), {})
        if not isinstance(inner, dict):
            raise ApiError(f"Invalid {name}: it is both a value and a group", param=name)
        tree = inner
    tree[path[-1] or str(len(tree))] = value


def _with_lists(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    inner = {name: _with_lists(value) for name, value in node.items()}
    if inner and all(name.isascii() and name.isdigit() for name in inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return inner


class Params:
    """One group of parameters. `path` is its name in messages, as `line_items[0]`."""

    def __init__(self, tree: dict[str, Any], path: str = "") -> None:
        self._tree, self._path = dict(tree), path
        self._groups: list[Params] = []

    def text(self, name: str, *, longest: int = 5000, unsets: bool = False) -> str | None:
        """`unsets`: an empty one is allowed."""
        value = self._tree.pop(name, None)
        if value is None:
            return None
        if unsets and value == "":
            return ""
        if not isinstance(value, str):
            raise ApiError(f"Invalid string: {value}", param=self.full(name))
        if not value:
            raise ApiError(
                f"You passed an empty string for '{self.full(name)}'. We assume empty values are an attempt"
                f" to unset a parameter; however '{self.full(name)}' cannot be unset.",
                code="parameter_invalid_empty",
                param=self.full(name),
            )
        if len(value) > longest:
            raise ApiError(
                f"Invalid string: {value[:10]}...; must be at most {longest} characters",
                param=self.full(name),
            )
        return value

    def need_text(self, name: str, *, longest: int = 5000) -> str:
        return self.need(name, self.text(name, longest=longest))

    def integer(self, name: str) -> int | None:
        value = self.text(name)
        if value is None:
            return None
        try:
            return int(value)
        except ValueError:
            raise ApiError(
                f"Invalid integer: {value}", code="parameter_invalid_integer", param=self.full(name)
            ) from None

    def need_integer(self, name: str) -> int:
        return self.need(name, self.integer(name))

    def boolean(self, name: str, *, usually: bool = False) -> bool:
        value = self.text(name)
        if value is None:
            return usually
        if value not in {"true", "false"}:
            raise ApiError(f"Invalid boolean: {value}", param=self.full(name))
        return value == "true"

    def choice(self, name: str, options: Collection[str]) -> str | None:
        value = self.text(name)
        if value is not None and value not in options:
            listed = ", ".join(sorted(options))
            raise ApiError(f"Invalid {self.full(name)}: must be one of {listed}", param=self.full(name))
        return value

    def texts(self, name: str) -> list[str]:
        value = self._tree.pop(name, [])
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise ApiError("Invalid array", param=self.full(name))
        return value

    def holds(self, name: str) -> bool:
        """Was it sent, and not read yet?"""
        return name in self._tree

    def holds_group(self, name: str) -> bool:
        """Was it sent as a group, not as one value?"""
        return isinstance(self._tree.get(name), dict)

    def group(self, name: str) -> "Params | None":
        value = self._tree.pop(name, None)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise ApiError("Invalid object", param=self.full(name))
        return self._inside(value, self.full(name))

    def groups(self, name: str) -> "list[Params]":
        value = self._tree.pop(name, [])
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise ApiError("Invalid array", param=self.full(name))
        return [self._inside(each, f"{self.full(name)}[{place}]") for place, each in enumerate(value)]

    def metadata(self) -> dict[str, str]:
        """What was sent; an empty value is as good as none."""
        return {key: each for key, each in self._metadata().items() if each}

    def changed_metadata(self, before: dict[str, str]) -> dict[str, str]:
        """`before` with what was sent; an empty value unsets."""
        if self._tree.get("metadata") == "":
            del self._tree["metadata"]
            return {}
        return {key: each for key, each in (before | self._metadata()).items() if each}

    def _metadata(self) -> dict[str, str]:
        name = "metadata"
        value = self._tree.pop(name, None) or {}
        if isinstance(value, list):  # names that are all digits
            value = {str(place): each for place, each in enumerate(value)}
        if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
            raise ApiError("Invalid metadata: values must be strings", param=self.full(name))
        if len(value) > MOST_METADATA or any(
            len(key) > LONGEST_NAME or len(each) > LONGEST_VALUE for key, each in value.items()
        ):
            raise ApiError("Invalid metadata: too many, or too long, keys or values", param=self.full(name))
        return value

    def without_effect(self, *names: str) -> None:
        """Parameters Stripe knows and that change nothing we simulate."""
        for name in names:
            self._tree.pop(name, None)

    def finish(self) -> None:
        """ApiError when something was sent that nobody asked for."""
        if self._tree:
            name = self.full(next(iter(self._tree)))
            raise ApiError(f"Received unknown parameter: {name}", code="parameter_unknown", param=name)
        for group in self._groups:
            group.finish()

    def full(self, name: str) -> str:
        return f"{self._path}[{name}]" if self._path else name

    def need(self, name: str, value: T | None) -> T:
        """`value`, which must have been sent."""
        if value is None:
            param = self.full(name)
            raise ApiError(f"Missing required param: {param}.", code="parameter_missing", param=param)
        return value

    def _inside(self, tree: dict[str, Any], path: str) -> "Params":
        group = Params(tree, path)
        self._groups.append(group)
        return group

"""Pages without a template language: elements as functions, every text escaped."""

from collections.abc import Sequence
from html import escape
from typing import TypeAlias


class Markup(str):
    """Text that already is HTML."""

    __slots__ = ()


Content: TypeAlias = str | Markup | Sequence["Content"] | None
VOID = frozenset({"input", "br", "meta", "link", "hr", "img"})


class Tag:
    """One element's maker."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, *content: Content, **attributes: str | bool | int) -> Markup:
        told = "".join(_attribute(name, value) for name, value in attributes.items() if value is not False)
        opened = f"<{self._name}{told}>"
        return Markup(opened if self._name in VOID else f"{opened}{join(*content)}</{self._name}>")


class Elements:
    """`el.p("text", class_="soft")`: a last _ is dropped, others are -; False leaves the attribute out."""

    def __getattr__(self, name: str) -> Tag:
        return Tag(name)


el = Elements()


def join(*content: Content) -> Markup:
    """One after another; what is not markup is escaped, None is nothing."""
    parts: list[str] = []
    for each in content:
        if isinstance(each, Markup):
            parts.append(each)
        elif isinstance(each, str):
            parts.append(escape(each))
        elif each is not None:
            parts.append(join(*each))
    return Markup("".join(parts))


def _attribute(name: str, value: str | bool | int) -> str:  # noqa: FBT001  HTML has attributes without value
    told = name.rstrip("_").replace("_", "-")
    return f" {told}" if value is True else f' {told}="{escape(str(value))}"'

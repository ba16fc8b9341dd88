"""Reading what people and tests send to pages and controls."""

import json
from typing import Any
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request


async def form_of(request: Request) -> dict[str, str]:
    """The fields of an HTML form."""
    return dict(parse_qsl((await request.body()).decode(errors="replace"), keep_blank_values=True))


class Told:
    """A JSON object that was sent to a control; a mistake in it is a 400 that says which."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self._fields = dict(fields)

    @classmethod
    async def by(cls, request: Request) -> "Told":
        try:
            fields = json.loads(await request.body() or b"{}")
        except ValueError:
            raise HTTPException(400, "the body is not JSON") from None
        if not isinstance(fields, dict):
            raise HTTPException(400, "the body is not a JSON object")
        return cls(fields)

    def text(self, name: str, options: tuple[str, ...] | None = None) -> str | None:
        value = self._fields.pop(name, None)
        if value is None:
            return None
        value = str(value)
        if options is not None and value not in options:
            raise HTTPException(400, f"{name} is one of {', '.join(options)}")
        return value

    def need_text(self, name: str, options: tuple[str, ...] | None = None) -> str:
        value = self.text(name, options)
        if value is None:
            raise HTTPException(400, f"{name} is missing")
        return value

    def texts(self, name: str) -> list[str] | None:
        value = self._fields.pop(name, None)
        if value is not None and not (
            isinstance(value, list) and all(isinstance(each, str) for each in value)
        ):
            raise HTTPException(400, f"{name} is a list of strings")
        return value

    def whole(self, name: str) -> int | None:
        value = self._fields.pop(name, None)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
            raise HTTPException(400, f"{name} is a whole number")
        return value

    def number(self, name: str) -> float | None:
        value = self._fields.pop(name, None)
        if value is not None and (not isinstance(value, int | float) or isinstance(value, bool)):
            raise HTTPException(400, f"{name} is a number")
        return value

    def flag(self, name: str) -> bool:
        return self._fields.pop(name, False) is True

    def finish(self) -> None:
        """Refuse what nobody asked for: it is a spelling mistake."""
        if self._fields:
            raise HTTPException(400, f"unknown: {', '.join(self._fields)}")

"""Reading `biz_content`: strictly, so that a field nobody reads is a mistake and not silently ignored."""

import json
import re
from datetime import datetime
from typing import Any

from yuanyou_sandbox.alipay.account import BEIJING, FORMAT
from yuanyou_sandbox.alipay.errors import INVALID, MISSING, Refusal, business

AMOUNT = re.compile(r"(0|[1-9][0-9]{0,8})(?:\.([0-9]{1,2}))?")
NUMBER = re.compile(r"[A-Za-z0-9_]{1,64}")
LONGEST_SUBJECT = 256
MOST_FEN = 10_000_000_000


class Fields:
    """Take each field once, then `finish`. Refusal for a mistake."""

    def __init__(self, content: str) -> None:
        try:
            fields = json.loads(content or "{}")
        except ValueError:
            raise Refusal(INVALID, "isv.invalid-parameter", "biz_content") from None
        if not isinstance(fields, dict):
            raise Refusal(INVALID, "isv.invalid-parameter", "biz_content")
        self._fields: dict[str, Any] = fields

    def text(self, name: str, *, longest: int = LONGEST_SUBJECT) -> str | None:
        """A string; numbers are taken for strings, as Alipay takes them."""
        value = self._fields.pop(name, None)
        if value is None or value == "":
            return None
        if not isinstance(value, str | int | float) or isinstance(value, bool) or len(str(value)) > longest:
            raise business("ACQ.INVALID_PARAMETER", name)
        return str(value)

    def need(self, name: str, *, longest: int = LONGEST_SUBJECT) -> str:
        value = self.text(name, longest=longest)
        if value is None:
            raise Refusal(MISSING, "isv.missing-parameter", name)
        return value

    def number(self, name: str) -> str | None:
        """An order's or a refund's number: letters, digits and underscores."""
        value = self.text(name, longest=64)
        if value is not None and not NUMBER.fullmatch(value):
            raise business("ACQ.INVALID_PARAMETER", name)
        return value

    def need_number(self, name: str) -> str:
        value = self.number(name)
        if value is None:
            raise Refusal(MISSING, "isv.missing-parameter", name)
        return value

    def need_amount(self, name: str) -> int:
        """Yuan with at most two decimals, as fen."""
        found = AMOUNT.fullmatch(self.need(name))
        fen = int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0")) if found else 0
        if not 0 < fen <= MOST_FEN:
            raise business("ACQ.INVALID_PARAMETER", name)
        return fen

    def choice(self, name: str, *options: str) -> str | None:
        value = self.text(name)
        if value is not None and value not in options:
            raise business("ACQ.INVALID_PARAMETER", name)
        return value

    def moment(self, name: str) -> int | None:
        """yyyy-MM-dd HH:mm:ss in Beijing, as epoch seconds."""
        value = self.text(name)
        if value is None:
            return None
        try:
            return int(datetime.strptime(value, FORMAT).replace(tzinfo=BEIJING).timestamp())
        except ValueError:
            raise business("ACQ.INVALID_PARAMETER", name) from None

    def finish(self) -> None:
        """Refuse what nobody read: it is a spelling mistake, or the sandbox does not simulate it."""
        if self._fields:
            raise business("ACQ.INVALID_PARAMETER", ", ".join(self._fields))

"""Reading a request's fields strictly: what is missing, wrong or unknown is a PARAM_ERROR that says which."""

import re
from datetime import datetime
from typing import Any

from yuanyou_sandbox.wechat.errors import bad_field

NUMBER = re.compile(r"[0-9A-Za-z_\-|*@]+")
LONGEST_URL = 255


class Fields:
    """One JSON object; `path` is where it is in the body."""

    def __init__(self, found: Any, path: str = "") -> None:
        if not isinstance(found, dict):
            raise bad_field(path or "/", "必须是对象")
        self._left, self._path = dict(found), path

    def text(self, name: str, *, longest: int, least: int = 1) -> str | None:
        value = self._left.pop(name, None)
        if value is None:
            return None
        if not isinstance(value, str) or not least <= len(value) <= longest:
            raise bad_field(f"{self._path}/{name}", f"字符串长度应为{least}至{longest}", value)
        return value

    def need_text(self, name: str, *, longest: int, least: int = 1) -> str:
        value = self.text(name, longest=longest, least=least)
        if value is None:
            raise bad_field(f"{self._path}/{name}", "必填")
        return value

    def need_number(self, name: str, *, longest: int, least: int = 1) -> str:
        """A number of the merchant's own: letters, digits and _-|*@."""
        value = self.need_text(name, longest=longest, least=least)
        if not NUMBER.fullmatch(value):
            raise bad_field(f"{self._path}/{name}", "只能是数字、大小写字母及_-|*@", value)
        return value

    def need_whole(self, name: str, *, least: int = 1) -> int:
        value = self._left.pop(name, None)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise bad_field(f"{self._path}/{name}", f"必须是不小于{least}的整数", value)
        return value

    def need_url(self, name: str) -> str:
        value = self.url(name)
        if value is None:
            raise bad_field(f"{self._path}/{name}", "必填")
        return value

    def url(self, name: str) -> str | None:
        """Absolute, without a query. The sandbox takes plain http, too."""
        value = self.text(name, longest=LONGEST_URL)
        if value is not None and (not value.startswith(("http://", "https://")) or "?" in value):
            raise bad_field(f"{self._path}/{name}", "必须是不带参数的绝对地址", value)
        return value

    def moment(self, name: str) -> float | None:
        """RFC 3339 with its zone."""
        value = self.text(name, longest=64)
        if value is None:
            return None
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            raise bad_field(f"{self._path}/{name}", "不符合rfc3339格式", value)
        return moment.timestamp()

    def group(self, name: str) -> "Fields | None":
        value = self._left.pop(name, None)
        return None if value is None else Fields(value, f"{self._path}/{name}")

    def need_group(self, name: str) -> "Fields":
        found = self.group(name)
        if found is None:
            raise bad_field(f"{self._path}/{name}", "必填")
        return found

    def finish(self) -> None:
        """Refuse what is left: nobody asked for it."""
        if self._left:
            raise bad_field(f"{self._path}/{next(iter(self._left))}", "未知的字段")

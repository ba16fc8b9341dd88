"""Whether an account that says it is us is ours."""

import re
import unicodedata

from yuanyou.web.shared.operator import Operator

_LINK = re.compile(r"^(https?://)?(www\.)?(t\.me|telegram\.me|wa\.me)/")
_NUMBER = re.compile(r"^\+?[\d\s()./-]{7,}$")


def is_ours(text: str, operator: Operator) -> bool:
    """`@Yuanyou_Care`, `https://t.me/yuanyou_care`, `(917) 555-0100` are; only the whole handle counts."""
    ours = (operator.wechat, operator.telegram, operator.whatsapp, operator.phone, operator.email)
    return _plain(text) in {_plain(handle) for handle in ours if handle}


def _plain(text: str) -> str:
    wanted = _LINK.sub("", unicodedata.normalize("NFKC", text).strip().casefold()).lstrip("@").rstrip("/")
    if not _NUMBER.match(wanted):
        return wanted
    digits = re.sub(r"\D", "", wanted)
    return digits.removeprefix("1") if len(digits) == 11 else digits  # noqa: PLR2004  a US number with its code

"""The pages' two languages: English is in the code, Chinese in each part's dictionary."""

from collections.abc import Mapping

from starlette.requests import Request

ENGLISH, CHINESE = "en", "zh-Hans"
COOKIE = "sandbox_lang"
COMMON = {
    "SANDBOX": "沙盒",
    "Simulated companies. No real money moves.": "模拟的外部公司，不会动用真实资金。",
    "Language": "语言",
    "All companies": "全部公司",
    "Nothing here yet.": "这里还没有内容。",
    "Not found": "找不到",
    "There is nothing at this address.": "这个地址没有内容。",
    "Time": "时间",
}


class Translator:
    """`t("Pay")` in the reader's language; `t("{n} messages", n=3)` fills in."""

    def __init__(self, language: str, *dictionaries: Mapping[str, str]) -> None:
        self.language = language
        self._dictionaries = (*dictionaries, COMMON)

    def __call__(self, text: str, **values: object) -> str:
        told = text
        if self.language == CHINESE:
            told = next((each[text] for each in self._dictionaries if text in each), text)
        return told.format(**values) if values else told


def language_of(request: Request, preferred: str | None = None) -> str:
    """What was clicked, else remembered, else `preferred`, else what the browser asks for first."""
    asked = (
        request.query_params.get("lang")
        or request.cookies.get(COOKIE)
        or preferred
        or request.headers.get("accept-language", "")
    )
    return CHINESE if asked.lower().startswith("zh") else ENGLISH

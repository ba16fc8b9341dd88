"""A page as a PDF, for print and for expense claims. Made at its first request, never in settlement."""

import logging


class NoGlyphs(RuntimeError):
    """No installed font has the characters: install Debian's fonts-noto-cjk."""


def to_pdf(html: str) -> bytes:
    """The page as PDF bytes, every glyph embedded. NoGlyphs rather than a page of boxes."""
    from weasyprint import HTML  # noqa: PLC0415  half a second and 60 MB that only a PDF is worth

    complaints = _Complaints()
    logger = logging.getLogger("weasyprint")
    logger.addHandler(complaints)
    try:
        made = HTML(string=html, url_fetcher=_nothing).write_pdf()
    finally:
        logger.removeHandler(complaints)
    if complaints.of_glyphs:
        raise NoGlyphs(complaints.of_glyphs[0])
    assert isinstance(made, bytes)
    return made


def _nothing(url: str) -> dict[str, object]:
    raise ValueError(f"a receipt refers to nothing outside: {url}")


class _Complaints(logging.Handler):
    """Keeps what WeasyPrint says of missing glyphs."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.of_glyphs: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if "glyph" in text.lower() or "font" in text.lower():
            self.of_glyphs.append(text)

"""Markdown that every drawn document shares."""

from collections.abc import Iterable, Sequence

DRAWN = "<!-- Drawn from the code by `python -m yuanyou.project.docs`; a test compares them. Do not edit. -->"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a column whose head ends in a colon is aligned right."""
    lines = [
        _row(name.rstrip(":") for name in head),
        _row("---:" if name.endswith(":") else "---" for name in head),
        *(_row(cell.replace("|", r"\|") for cell in row) for row in rows),
    ]
    return "\n".join(lines)


def code(text: str) -> str:
    return f"`{text}`"


def prose(docstring: str | None) -> str:
    """A docstring as one paragraph. ValueError when there is none: what is drawn must say what it is."""
    if not docstring:
        raise ValueError("not documented")
    return " ".join(docstring.split())


def document(*blocks: str) -> str:
    return "\n\n".join((DRAWN, *blocks)) + "\n"


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"

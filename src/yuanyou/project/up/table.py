"""The box that `up` prints when everything answers: where things are, and who can sign in."""

from collections.abc import Sequence
from itertools import zip_longest
from typing import NamedTuple
from unicodedata import east_asian_width

DRAWN = tuple("╭─╮│├┤╰╯")
PLAIN = tuple("+-+|++++")


class SignIn(NamedTuple):
    """A person of the demo. `password` is given once, when it was made."""

    label: str
    url: str
    username: str
    password: str | None


def box(title: str, sections: Sequence[Sequence[Sequence[str]]], *, lines: Sequence[str] = DRAWN) -> str:
    """Rows of cells under each other in columns, sections apart by a line."""
    top_left, across, top_right, down, left, right, low_left, low_right = lines
    rows = [row for section in sections for row in section]
    widths = [max(map(width, column)) for column in zip_longest(*rows, fillvalue="")]
    inner = max(sum(widths) + 3 * (len(widths) - 1) + 4, width(title) + 4)
    drawn = [top_left + across + _fill(f" {title} ", inner - 1, across) + top_right]
    for number, section in enumerate(sections):
        if number:
            drawn.append(left + across * inner + right)
        for row in section:
            text = "   ".join(_fill(cell, size) for cell, size in zip(row, widths, strict=False))
            drawn.append(down + _fill(f"  {text}", inner) + down)
    drawn.append(low_left + across * inner + low_right)
    return "\n".join(drawn)


def lines_for(encoding: str | None) -> Sequence[str]:
    """Drawn lines where a stream of this encoding can show them, else plain ones."""
    try:
        "".join(DRAWN).encode(encoding or "ascii")
    except UnicodeEncodeError:
        return PLAIN
    return DRAWN


def width(text: str) -> int:
    """Columns on a terminal; Chinese characters take two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _fill(text: str, columns: int, filler: str = " ") -> str:
    return text + filler * (columns - width(text))

"""Card numbers are typed on the payment company's page, never on ours (law 21, docs/pci.md)."""

import re
from pathlib import Path

import pytest

import yuanyou

TEMPLATES = sorted(Path(yuanyou.__file__).parent.rglob("templates/**/*.html"))
CARD_FIELD = re.compile(
    r"""autocomplete\s*=\s*["']cc-|name\s*=\s*["'](?:card_?number|cardnumber|cvc|cvv|pan)["']""",
    re.IGNORECASE,
)


def asks_for_a_card(page: str) -> bool:
    return CARD_FIELD.search(page) is not None


def test_there_are_pages_to_look_at() -> None:
    assert len(TEMPLATES) > 50


@pytest.mark.parametrize("page", TEMPLATES, ids=lambda page: page.name)
def test_no_page_of_ours_asks_for_a_card(page: Path) -> None:
    assert not asks_for_a_card(page.read_text("utf-8"))


@pytest.mark.parametrize(
    "field", ['<input autocomplete="cc-number">', "<input name='cvc'>", '<input name="card_number">']
)
def test_a_card_field_is_found_however_it_is_written(field: str) -> None:
    assert asks_for_a_card(field)

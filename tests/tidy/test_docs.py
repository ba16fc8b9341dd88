"""The drawn documents say what the code does, all of it, and nothing that is gone."""

from dataclasses import fields
from enum import StrEnum
from pathlib import Path, PurePosixPath

import pytest

from yuanyou.ledger import recipes
from yuanyou.project.config import Config, Unsafe, variable
from yuanyou.project.docs import books, pages, settings, states

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "yuanyou"
DRAWN = pages()


@pytest.mark.parametrize("place", DRAWN, ids=str)
def test_a_drawn_document_is_what_the_code_says(place: PurePosixPath) -> None:
    committed = (ROOT / "docs" / place).read_text(encoding="utf-8")
    assert committed == DRAWN[place], "run `python -m yuanyou.project.docs`"


@pytest.mark.parametrize("folder", ["states", "books"])
def test_no_document_is_left_over(folder: str) -> None:
    there = {path.name for path in (ROOT / "docs" / folder).iterdir()}
    assert there == {place.name for place in DRAWN if place.parent == PurePosixPath(folder)}


def test_every_setting_is_explained() -> None:
    text = settings.page()
    assert [f.name for f in fields(Config) if f"| `{variable(f.name)}` |" not in text] == []


@pytest.mark.parametrize("name", settings.MUST | settings.STRIPE | settings.PAYPAL)
def test_what_is_called_required_is_required(name: str) -> None:
    everything = settings.MUST | settings.STRIPE | settings.PAYPAL
    with pytest.raises(Unsafe, match=name):
        Config.from_env({"YUANYOU_ENV": "production", **everything, name: ""})


def test_no_folder_of_this_machine_is_written_into_the_settings() -> None:
    assert str(Path.cwd()) not in settings.page()


def test_every_state_machine_of_the_code_is_drawn() -> None:
    written = {
        path.parent.name for path in SOURCE.glob("*/rules.py") if "= Machine(" in path.read_text("utf-8")
    }
    assert written == set(states.MODULES)
    count = sum(path.read_text("utf-8").count("= Machine(") for path in SOURCE.glob("*/rules.py"))
    assert count == len(states.machines())


@pytest.mark.parametrize("name", states.machines())
def test_every_state_can_be_reached_from_where_a_life_begins(name: str) -> None:
    machine = states.machines()[name][1]
    every = states.states(machine)
    reached = {every[0]}
    seen: set[StrEnum] = set()
    while reached - seen:
        state = (reached - seen).pop()
        seen.add(state)
        reached |= {after for (before, _), after in machine.moves.items() if before == state}
    assert reached == set(every)


def test_every_recipe_of_the_ledger_is_shown_with_numbers() -> None:
    text = books.page()
    written = [line for line in Path(recipes.__file__).read_text("utf-8").splitlines() if "-> Entry:" in line]
    assert text.count("\n### ") == len(written) - 1  # _earned is how two of them are written
    assert "**0.00**" not in text


def test_every_account_of_the_chart_is_explained() -> None:
    text = books.page()
    assert [account for account in recipes.CHART if f"| `{account}" not in text] == []

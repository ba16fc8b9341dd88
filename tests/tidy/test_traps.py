"""Every test that docs/traps.md names exists, and every trap has one."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "traps.md").read_text("utf-8")
ROWS = [line.split("|")[1:-1] for line in PAGE.splitlines() if re.match(r"\| \d", line)]
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))


def functions(file: Path) -> set[str]:
    """Of the module and of its classes: the contract's tests are methods."""
    tree = ast.parse(file.read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize(("file", "name"), NAMED, ids=str)
def test_a_named_test_exists(file: str, name: str) -> None:
    assert (ROOT / file).exists()
    assert name in functions(ROOT / file)


def test_every_trap_says_what_guards_it_and_names_a_test() -> None:
    assert len(ROWS) == 12
    for number, trap, guard, tests in ROWS:
        assert trap.strip(), number
        assert guard.strip(), number
        assert "::test_" in tests, number


def test_the_architecture_leads_to_the_page() -> None:
    assert "(traps.md)" in (ROOT / "docs" / "architecture.md").read_text("utf-8")

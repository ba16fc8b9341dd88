"""Rules of the source that no common linter knows: about time, money, states, statements and documents."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import CheckConstraint, Field, Model, Q

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "yuanyou"
ARCHITECTURE = ROOT / "docs" / "architecture.md"

CLOCKS = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "time.time_ns",
    "timezone.now",
    "timezone.localtime",
    "functions.Now",
}
EDGE = ("kernel/clock.py", "web/", "loops/", "project/", "identity/models.py")
"""Where time comes in: everything else is given `now`. Accounts and keys are stamped with real time, as
signing in is: neither travels with the demo's clock."""
EXACT = (
    "ledger",
    "orders",
    "payments",
    "catalog",
    "lines",
    "allowances",
    "flows",
    "kernel",
)
"""Where a float would be money, data or time that somebody paid for."""
SQL_CLOCK = re.compile(
    r"\bnow\s*\(\)|\bcurrent_(?:date|time|timestamp)\b|\blocaltime(?:stamp)?\b", re.IGNORECASE
)


def python(*places: str) -> Iterator[Path]:
    """Every Python file in these places of the source; migrations are history."""
    for place in places:
        path = SOURCE / place
        files = path.rglob("*.py") if path.is_dir() else [path]
        yield from (file for file in files if "migrations" not in file.parts)


def named(file: Path) -> str:
    return file.relative_to(SOURCE).as_posix()


def clocks_read(source: str) -> list[str]:
    """The calls that look at a clock, `line: name`."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            called = ".".join(ast.unparse(node).split(".")[-2:])
            if called in CLOCKS:
                found.append(f"{node.lineno}: {called}")
        elif isinstance(node, ast.keyword) and node.arg in {"auto_now", "auto_now_add"}:
            found.append(f"{node.lineno}: {node.arg}")
        elif isinstance(node, ast.ImportFrom):
            module = (node.module or "").split(".")[-1]
            names = [f"{module}.{alias.name}" for alias in node.names]
            found += [f"{node.lineno}: {name}" for name in names if name in CLOCKS]
    return found


def floats_written(source: str) -> list[str]:
    """Float literals and every mention of `float`, `line: code`."""
    return [
        f"{node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(ast.parse(source))
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Name) and node.id == "float")
    ]


def test_only_the_edge_looks_at_a_clock() -> None:
    files = [file for file in python(".") if not named(file).startswith(EDGE)]
    assert len(files) > 50
    found = {named(file): clocks_read(file.read_text("utf-8")) for file in files}
    assert {name: calls for name, calls in found.items() if calls} == {}


@pytest.mark.parametrize(
    "source",
    [
        "datetime.now(UTC)",
        "dt.datetime.now()",
        "x = time.time()",
        "timezone.now",
        "from time import time",
        "from django.db.models.functions import Now",
        "models.DateTimeField(auto_now_add=True)",
    ],
)
def test_a_clock_is_found_however_it_is_read(source: str) -> None:
    assert len(clocks_read(source)) == 1


def test_no_float_is_near_what_people_pay_for() -> None:
    found = {named(file): floats_written(file.read_text("utf-8")) for file in python(*EXACT)}
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize("source", ["x = 0.1", "float(x)", "def f(x: float): ...", "x = 1e3"])
def test_a_float_is_found_however_it_is_written(source: str) -> None:
    assert len(floats_written(source)) == 1


BABEL_MONEY = ("get_currency_precision", "get_currency_symbol", "format_currency", "format_compact_currency")
"""Babel's idea of a currency's digits is for showing (HUF has none there, and two in ISO 4217)."""


def test_babel_never_says_how_many_minor_units_a_currency_has() -> None:
    found = {named(file) for file in python(".") for word in BABEL_MONEY if word in file.read_text("utf-8")}
    assert found == set()
    users = {named(file) for file in python(".") if "babel.numbers" in file.read_text("utf-8")}
    assert users == {"web/shared/formats.py"}


def stateful() -> list[type[Model]]:
    return [m for m in apps.get_models() if any(field.name == "state" for field in m._meta.get_fields())]


def test_the_database_knows_the_states_of_every_row_that_has_one() -> None:
    assert len(stateful()) >= 10
    unchecked = [model.__name__ for model in stateful() if not _checked(model)]
    assert unchecked == []


def _checked(model: type[Model]) -> bool:
    field = model._meta.get_field("state")
    assert isinstance(field, Field)
    conditions = [c.condition for c in model._meta.constraints if isinstance(c, CheckConstraint)]
    return any(
        condition.children[0][0] == "state__in" and str(field.get_default()) in condition.children[0][1]
        for condition in conditions
        if isinstance(condition, Q) and isinstance(condition.children[0], tuple)
    )


STATEMENTS = sorted(SOURCE.rglob("*.sql"))


@pytest.mark.parametrize("file", STATEMENTS, ids=named)
def test_a_statement_begins_with_what_it_is_for(file: Path) -> None:
    first = file.read_text("utf-8").splitlines()[0]
    assert re.fullmatch(r"-- [A-Z].{15,}", first), first


@pytest.mark.parametrize("file", STATEMENTS, ids=named)
def test_a_statement_is_told_the_time(file: Path) -> None:
    lines = [line.split("--")[0] for line in file.read_text("utf-8").splitlines()]
    assert [line for line in lines if SQL_CLOCK.search(line) and "recorded_at" not in line] == []


FLOWS = sorted(file for file in (SOURCE / "flows").glob("*.py") if file.stem != "__init__")


@pytest.mark.parametrize("file", FLOWS, ids=lambda file: file.stem)
def test_a_flow_says_its_story_and_stands_in_the_architecture(file: Path) -> None:
    assert ast.get_docstring(ast.parse(file.read_text("utf-8")))
    table = ARCHITECTURE.read_text("utf-8").partition("## Flows")[2].partition("\n## ")[0]
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("|")]
    assert any(f"`{file.stem}`" in cell for cell in cells), f"{file.stem} is not in docs/architecture.md"


RECORDS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))


@pytest.mark.parametrize("record", RECORDS, ids=lambda file: file.stem)
def test_a_decision_is_kept_by_tests_that_exist(record: Path) -> None:
    _, said, keepers = record.read_text("utf-8").partition("Kept by")
    tests = re.findall(r"`(tests/[^`:]+)", keepers)
    assert said, "no Kept by"
    assert tests, "no test is named"
    assert [name for name in tests if not (ROOT / name).exists()] == []


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [int(record.name[:4]) for record in RECORDS] == list(range(1, len(RECORDS) + 1))

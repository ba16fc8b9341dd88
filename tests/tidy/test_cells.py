"""What touches two schemas is listed in docs/cells.md: steps that exist, and shared tables that exist."""

import ast
from pathlib import Path

import pytest
from django.apps import apps

from tests import schemas
from yuanyou.project.router import is_shared

LISTED = schemas.listed(schemas.PAGE.read_text("utf-8"))


def functions(module: str) -> set[str]:
    tree = ast.parse(Path(schemas.SOURCE, f"{module}.py").read_text("utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_the_page_lists_steps() -> None:
    assert len(LISTED) > 15
    assert LISTED["flows/lapse.sweep"] == {"lines_number"}
    assert LISTED["flows/settlement.ask"] == {"lines_number"}


@pytest.mark.parametrize("step", LISTED)
def test_a_listed_step_is_a_function_of_the_source(step: str) -> None:
    module, _, name = step.rpartition(".")
    assert name in functions(module)


def test_listed_tables_are_shared_ones() -> None:
    shared = {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if is_shared(model._meta.app_label, model._meta.model_name)
    }
    assert {table for tables in LISTED.values() for table in tables} <= shared


def test_a_step_in_one_schema_needs_no_listing() -> None:
    assert schemas.breach("flows/x.go", {"cell_1": frozenset({"lines_line"})}, {}) is None
    assert schemas.breach("flows/x.go", {"public": frozenset({"lines_number"})}, {}) is None


def test_a_step_that_is_not_listed_a_table_that_is_not_and_a_second_cell_are_found() -> None:
    both = {"cell_1": frozenset({"lines_line"}), "public": frozenset({"lines_number"})}
    allowed = {"flows/x.go": frozenset({"lines_number"})}
    assert schemas.breach("flows/x.go", both, allowed) is None
    assert schemas.breach("flows/y.go", both, allowed) is not None
    more = both | {"public": frozenset({"lines_number", "audit_record"})}
    found = schemas.breach("flows/x.go", more, allowed)
    assert found is not None
    assert "audit_record" in found
    assert "lines_number" not in found
    assert schemas.breach("flows/x.go", both | {"cell_2": frozenset({"lines_line"})}, allowed) is not None

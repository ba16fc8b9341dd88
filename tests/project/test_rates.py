"""`yuanyou rates`: a table of exchange rates, all of it or none of it."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result
from django.conf import settings

from yuanyou.catalog import queries
from yuanyou.catalog.models import FxRate
from yuanyou.kernel.money import Money
from yuanyou.project import target
from yuanyou.project.commands.rates import command
from yuanyou.project.up.trouble import Trouble


@pytest.fixture(autouse=True)
def _this_system(monkeypatch: pytest.MonkeyPatch, house: None) -> Iterator[None]:
    monkeypatch.setattr(target, "find", lambda data: SimpleNamespace(django=lambda: None))
    FxRate.objects.all().delete()
    yield
    FxRate.objects.all().delete()


def run(folder: Path, table: str) -> Result:
    file = folder / "rates.csv"
    file.write_text(table, encoding="utf-8")
    return CliRunner().invoke(command, [str(file), "--source", "my bank"], catch_exceptions=False)


def test_a_table_is_shown_beside_amounts(tmp_path: Path) -> None:
    said = run(tmp_path, "base,into,rate\nUSD,CNY,7.11\nUSD,JPY,153\n").output
    assert said == "2 rates of my bank\n"
    shown = queries.about(Money(1000, "USD"), into="CNY", now=settings.CLOCK.now())
    assert shown is not None
    assert (shown.about, shown.source) == (Money(7110, "CNY"), "my bank")


@pytest.mark.parametrize("wrong", ["USD,CNY,much", "USD,CNY,-7", "USD,XXY,7", "USD,USD,1"])
def test_one_wrong_line_takes_in_nothing_and_is_named(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(Trouble, match=r"rates.csv, line 3"):
        run(tmp_path, f"base,into,rate\nUSD,JPY,153\n{wrong}\n")
    assert not FxRate.objects.exists()

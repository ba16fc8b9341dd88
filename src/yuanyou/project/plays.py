"""Finds, runs and reports stories and measurements (`yuanyou story`, `yuanyou bench`)."""

import json
import traceback
from collections.abc import Iterator, Mapping
from functools import partial
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import Literal

import click

from yuanyou.project import bench, stories, target
from yuanyou.project.steps import NotAsTold, Steps
from yuanyou.project.up.trouble import Trouble

Kind = Literal["story", "bench"]
PACKAGES: dict[Kind, ModuleType] = {"story": stories, "bench": bench}


def names(package: ModuleType) -> list[str]:
    """What there is in a package of plays or checks: its modules, but for helpers (`_...`) and folders."""
    found = [each.name for each in iter_modules(package.__path__) if not each.ispkg]
    return sorted(name for name in found if not name.startswith("_"))


def play(kind: Kind, name: str, data: Path, *, as_json: bool) -> int:
    """Run it on the system of this data folder and print how it went; the exit status (0 as told, 1 not).

    Trouble when there is no such play or no running system.
    """
    package = PACKAGES[kind]
    module_name = name.replace("-", "_")
    if module_name not in names(package):
        known = ", ".join(names(package)) or "none yet"
        raise Trouble(f"There is no {kind} {name!r}; there are: {known}.")
    where = target.find(data)
    where.django()
    module = import_module(f"{package.__name__}.{module_name}")
    steps = Steps(partial(click.echo, err=as_json))
    facts = _run(module, where, steps)
    if as_json:
        click.echo(json.dumps(_report(kind, name, steps, facts), ensure_ascii=False))
    else:
        for path, figure in _flat(facts):
            click.echo(f"{path:<40} {figure}")
        click.echo(f"{kind} {name}: {'as told' if steps.as_told else 'NOT as told'}")
    return 0 if steps.as_told else 1


def _run(module: ModuleType, where: target.Target, steps: Steps) -> Mapping[str, object]:
    try:
        with steps("all of it"):
            return module.run(where, steps) or {}
    except NotAsTold:
        return {}
    except Exception:  # noqa: BLE001  whatever it was, it is shown and means: not as told
        click.echo(traceback.format_exc(), err=True)
        return {}


def _report(kind: Kind, name: str, steps: Steps, facts: Mapping[str, object]) -> dict[str, object]:
    found = facts if kind == "bench" else {"facts": facts}
    return {kind: name, "as_told": steps.as_told, "steps": steps.facts(), **found}


def _flat(facts: Mapping[str, object], before: str = "") -> Iterator[tuple[str, object]]:
    for name, figure in facts.items():
        if isinstance(figure, Mapping):
            yield from _flat(figure, f"{before}{name}.")
        else:
            yield f"{before}{name}", figure

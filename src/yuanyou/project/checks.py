"""Runs the laws that data can break (`yuanyou doctor`)."""

import json
from dataclasses import asdict, dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType

import click

from yuanyou.project import doctor, target
from yuanyou.project.plays import names
from yuanyou.project.steps import Steps


@dataclass(frozen=True, slots=True)
class Breach:
    """One breach of one law."""

    check: str
    law: str
    what: str


def check_all(data: Path, *, as_json: bool) -> int:
    """Check every law on the system of this data folder; one line per breach, and the exit status (0 or 1).

    Trouble when there is no running system. A check that fails to run is a breach too.
    """
    where = target.find(data)
    where.django()
    steps = Steps(partial(click.echo, err=as_json))
    found = [breach for name in names(doctor) for breach in _check(name, where, steps)]
    if as_json:
        facts = {"breaches": [asdict(breach) for breach in found], "steps": steps.facts()}
        click.echo(json.dumps({"doctor": "ok" if not found else "broken", **facts}, ensure_ascii=False))
    else:
        for breach in found:
            click.echo(f"BROKEN {breach.check}: {breach.what} (law: {breach.law})")
        click.echo(f"doctor: {len(names(doctor))} laws checked, {len(found)} breaches")
    return 1 if found else 0


def _check(name: str, where: target.Target, steps: Steps) -> list[Breach]:
    module = import_module(f"{doctor.__name__}.{name}")
    law = _first_line(module)
    try:
        with steps(law):
            return [Breach(name, law, what) for what in module.run(where, steps)]
    except Exception as error:  # noqa: BLE001  the other laws are checked all the same
        return [Breach(name, law, f"could not be checked: {error!r}")]


def _first_line(module: ModuleType) -> str:
    return (module.__doc__ or module.__name__).strip().splitlines()[0].rstrip(".")

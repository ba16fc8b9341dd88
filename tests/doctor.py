"""Everything `yuanyou doctor` asks, asked from a test."""

from importlib import import_module
from pathlib import Path

import yuanyou.project.doctor


def breaches() -> list[str]:
    """Every breach of a law that data can break; none when all is well."""
    folder = Path(yuanyou.project.doctor.__file__).parent
    checks = [import_module(f"yuanyou.project.doctor.{path.stem}") for path in folder.glob("[a-z]*.py")]
    assert checks
    return [f"{check.__doc__}: {told}" for check in checks for told in check.run(None, None)]

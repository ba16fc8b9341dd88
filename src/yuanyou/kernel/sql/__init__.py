"""Named SQL files, one statement each: `load("yuanyou.ledger.sql", "post")`."""

from functools import cache
from importlib.resources import files


@cache
def load(package: str, name: str) -> str:
    """The text of `<package>/<name>.sql`. FileNotFoundError when there is none."""
    return (files(package) / f"{name}.sql").read_text(encoding="utf-8")

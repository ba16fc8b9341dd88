"""Which system a command works on: the one that runs on a data folder, or the one the environment names."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from yuanyou.project.config import Config
from yuanyou.project.up import running
from yuanyou.project.up.trouble import Trouble

DEBIAN = Path("/usr/lib/postgresql")


@dataclass(frozen=True, slots=True)
class Target:
    """A system with its public doors and its database."""

    data: Path
    site_url: str
    """Without a trailing slash."""
    sandbox_url: str | None
    """None in production."""
    database_url: str
    ports: Mapping[str, int]
    """web, sandbox, smtp; empty when `up` does not run it."""
    pids: Mapping[str, int]
    """Process name -> id, at the time of asking; empty when `up` does not run it."""
    environ: Mapping[str, str]
    """The settings its processes run with."""
    programs: Path | None

    def config(self) -> Config:
        return Config.from_env(self.environ)

    def django(self) -> None:
        """Load Django with the system's own settings. Harmless to repeat."""
        os.environ.update(self.environ)
        import django

        django.setup()

    def program(self, name: str) -> Path:
        """PostgreSQL's `psql`, `pgbench` ...: the embedded server's, else Debian's newest, else by PATH."""
        folders = [self.programs] if self.programs else sorted(DEBIAN.glob("*/bin"), reverse=True)
        for folder in folders:
            if (folder / name).exists():
                return folder / name
        if found := shutil.which(name):
            return Path(found)
        raise Trouble(f"There is no {name} here: install PostgreSQL's client programs.")


def find(data: Path) -> Target:
    """The system that runs on this folder, else the one of the environment's DATABASE_URL, else Trouble."""
    data = data.expanduser().absolute()
    run = running.load(data)
    if run:
        programs = Path(run.programs) if run.programs else None
        return Target(
            data, run.site_url, run.sandbox_url, run.database_url, run.ports, run.pids, run.environ, programs
        )
    if not os.environ.get("DATABASE_URL"):
        raise Trouble(
            f"Nothing runs on {data}: start it with `yuanyou up --data {data}`, or set DATABASE_URL."
        )
    config = Config.from_env(os.environ)
    environ = {name: value for name, value in os.environ.items() if name.startswith("YUANYOU_")}
    environ["DATABASE_URL"] = config.database_url
    return Target(
        config.data, config.site_url, config.sandbox_url, config.database_url, {}, {}, environ, None
    )


def enter_environment() -> Config:
    """Take on the settings of the environment, or of the demo that runs on YUANYOU_DATA."""
    if not os.environ.get("DATABASE_URL") and os.environ.get("YUANYOU_ENV", "demo") == "demo":
        os.environ.update(find(Config.from_env(os.environ).data).environ)
    return Config.from_env(os.environ)


def enter() -> Config:
    """As `enter_environment`, and load Django."""
    config = enter_environment()
    import django

    django.setup()
    return config

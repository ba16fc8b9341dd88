"""The `yuanyou` command: what it reports in words and in JSON, and its exit status."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import click
import pytest

from yuanyou.project import bench, checks, cli, doctor, plays, stories, target
from yuanyou.project.target import Target
from yuanyou.project.up import running
from yuanyou.project.up.trouble import Trouble

PLAY = '''"""Renews."""
from yuanyou.project.steps import NotAsTold

def run(target, step):
    with step("register"):
        pass
    with step("renew"):
        if {broken}:
            raise NotAsTold("the line is still suspended")
    return {{"wallet_http": {{"per_s": 12, "ratio": 0.5}}}}
'''
CHECK = '''"""Every entry balances.

More words."""
def run(target, step):
    return {breaches}
'''


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A running system, as far as its commands can tell."""
    monkeypatch.setattr(Target, "django", lambda self: None)
    environ = {"YUANYOU_SITE_URL": "http://localhost:1", "YUANYOU_DATA": str(tmp_path)}
    url = "postgresql://db"
    running.Run(os.getpid(), {}, {}, "http://localhost:1", "http://127.0.0.1:2", url, None, environ).save(
        tmp_path
    )
    return tmp_path


@pytest.fixture(params=[stories, bench, doctor])
def package(request: pytest.FixtureRequest) -> ModuleType:
    module: ModuleType = request.param
    return module


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where this test's stories, measurements and checks are, in place of the real ones."""
    folder = tmp_path / "plays"
    folder.mkdir()
    for module in (stories, bench, doctor):
        monkeypatch.setattr(module, "__path__", [str(folder)])
    yield folder
    for name in [name for name in sys.modules if name.endswith((".told", ".untold"))]:
        del sys.modules[name]


def test_a_story_as_told_prints_its_steps_with_times(
    here: Path, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "told.py").write_text(PLAY.format(broken=False))
    assert plays.play("story", "told", here, as_json=False) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[-1] for line in lines[:2]] == ["register", "renew"]
    assert lines[0].startswith("ok  ")
    assert lines[-1] == "story told: as told"


def test_a_story_that_goes_otherwise_says_where_and_ends_with_1(
    here: Path, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "untold.py").write_text(PLAY.format(broken=True))
    assert plays.play("story", "untold", here, as_json=True) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["as_told"] is False
    assert {step["name"]: step["error"] for step in report["steps"]}["renew"] == "the line is still suspended"


def test_a_measurement_s_figures_are_the_top_level_of_its_json(
    here: Path, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "told.py").write_text(PLAY.format(broken=False))
    assert plays.play("bench", "told", here, as_json=True) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["wallet_http"] == {"per_s": 12, "ratio": 0.5}
    plays.play("bench", "told", here, as_json=False)
    assert ["wallet_http.ratio", "0.5"] in [line.split() for line in capsys.readouterr().out.splitlines()]


def test_a_story_nobody_wrote_is_answered_with_those_there_are(here: Path, place: Path) -> None:
    (place / "told.py").write_text(PLAY.format(broken=False))
    with pytest.raises(Trouble, match=r"There is no story 'fairy'; there are: told\."):
        plays.play("story", "fairy", here, as_json=False)


@pytest.mark.parametrize(("breaches", "status"), [([], 0), (["entry 7 is off by 3 cents"], 1)])
def test_the_doctor_prints_one_line_for_each_breach(
    here: Path, place: Path, breaches: list[str], status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "told.py").write_text(CHECK.format(breaches=breaches))
    assert checks.check_all(here, as_json=False) == status
    broken = [line for line in capsys.readouterr().out.splitlines() if line.startswith("BROKEN")]
    assert broken == [f"BROKEN told: {what} (law: Every entry balances)" for what in breaches]


def test_a_check_that_fails_to_run_is_a_breach(
    here: Path, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "told.py").write_text(CHECK.format(breaches="1 / 0"))
    assert checks.check_all(here, as_json=True) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["doctor"] == "broken"
    assert "ZeroDivisionError" in report["breaches"][0]["what"]


def test_every_play_and_check_says_in_a_line_what_it_does(package: ModuleType) -> None:
    for name in plays.names(package):
        text = (Path(package.__path__[0]) / f"{name}.py").read_text()
        assert text.startswith('"""'), name
        assert "\ndef run(" in text, name


def test_without_a_running_system_one_sentence_says_how_to_start_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with pytest.raises(Trouble, match=r"Nothing runs on .*: start it with `yuanyou up --data"):
        target.find(tmp_path)


def test_the_environment_s_database_is_a_target_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://db/yuanyou")
    found = target.find(tmp_path)
    assert found.database_url == found.environ["DATABASE_URL"] == "postgresql://db/yuanyou"


def test_trouble_is_one_sentence_and_exit_status_2(tmp_path: Path) -> None:
    ended = yuanyou("doctor", "--data", str(tmp_path / "none"))
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert ended.stderr.startswith("yuanyou: Nothing runs on")


def test_up_refuses_production(tmp_path: Path) -> None:
    ended = yuanyou("up", "--data", str(tmp_path), YUANYOU_ENV="production")
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert "in production run `yuanyou migrate`" in ended.stderr


def test_every_command_has_help_and_none_of_it_loads_django() -> None:
    code = (
        "import sys, click; from yuanyou.project import cli\n"
        "context = click.Context(cli.cli)\n"
        "helps = [cli.cli.get_command(context, name).get_short_help_str() for name in cli.COMMANDS]\n"
        "assert all(helps), helps\n"
        "assert 'django' not in sys.modules and 'psycopg' not in sys.modules"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


def test_a_command_that_does_not_exist_is_unknown() -> None:
    assert cli.cli.get_command(click.Context(cli.cli), "explode") is None


def yuanyou(*arguments: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    inherited = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return subprocess.run(
        [sys.executable, "-m", "yuanyou.project.cli", *arguments],
        env={**inherited, **environ},
        capture_output=True,
        text=True,
        check=False,
    )

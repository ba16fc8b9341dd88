"""What runs is documented: every command and every loop has a line in docs/running.md."""

from pathlib import Path

from yuanyou.loops.main import loops

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "running.md").read_text("utf-8")
COMMANDS = ROOT / "src" / "yuanyou" / "project" / "commands"


def test_every_command_is_documented() -> None:
    names = [path.stem for path in COMMANDS.glob("*.py") if not path.stem.startswith("_")]
    assert [name for name in names if f"| `yuanyou {name}` |" not in PAGE] == []


def test_every_loop_is_documented_and_no_other() -> None:
    rows = [line.split("`")[1] for line in PAGE.splitlines() if line.startswith("| `")]
    told = {name for name in rows if not name.startswith("yuanyou ")}
    assert told == {loop.name.split(":")[0] for loop in loops((1,))}

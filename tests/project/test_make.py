"""`make` on a fresh machine: what is missing is one sentence, what is installed is pinned."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def check_python(command: str, path: str) -> "subprocess.CompletedProcess[str]":
    script = ["/bin/sh", str(ROOT / ".ci" / "python"), command]
    return subprocess.run(script, env={"PATH": path}, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        (None, "There is no python3: install Python 3.11 or newer"),
        (
            'case "$1" in -c) exit 1;; *) echo Python 3.9.2;; esac',
            "3.11 or newer, and python3 is Python 3.9.2",
        ),
        ('case "$2" in *venv*) exit 1;; esac', "python3 cannot make virtual environments: install its venv"),
    ],
)
def test_a_python_that_will_not_do_is_one_sentence(tmp_path: Path, script: str | None, sentence: str) -> None:
    if script:
        (tmp_path / "python3").write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / "python3").chmod(0o755)
    ended = check_python("python3", str(tmp_path))
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert sentence in ended.stderr


def test_a_python_that_will_do_is_silence() -> None:
    ended = check_python("python3", os.environ["PATH"])
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_every_dependency_is_pinned_by_hash_and_no_index_is_named() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    pins = re.split(r"\n(?! )", lock.strip())
    loose = [pin for pin in pins if not re.match(r"[a-z0-9._-]+==\S+", pin) or "--hash=sha256:" not in pin]
    assert loose == []
    assert "://" not in lock


def test_every_target_that_make_help_lists_exists() -> None:
    listed = subprocess.run(["make", "-C", ROOT, "help"], capture_output=True, text=True, check=True).stdout
    targets = re.findall(r"^  make (\w+)", listed, re.MULTILINE)
    assert {"up", "test", "check", "story", "bench", "lock"} <= set(targets)
    makefile = (ROOT / "Makefile").read_text()
    assert [target for target in targets if not re.search(rf"^{target}:", makefile, re.MULTILINE)] == []

"""The clock: real time, plus the demo's offset that every process shares."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from yuanyou.kernel.clock import Clock

DAY = timedelta(days=1)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "clock.json"


def about(expected: datetime, seen: datetime) -> bool:
    return timedelta(0) <= seen - expected < timedelta(seconds=5)


def test_without_a_file_time_is_real_and_does_not_travel() -> None:
    clock, before = Clock(), datetime.now(UTC)
    assert about(before, clock.now())
    assert clock.now().tzinfo is UTC
    with pytest.raises(RuntimeError, match="does not travel"):
        clock.travel(DAY)


def test_a_file_that_is_not_there_means_real_time(file: Path) -> None:
    assert Clock(file).offset() == timedelta(0)


@pytest.mark.parametrize("offset", [30 * DAY, -DAY, timedelta(seconds=1), timedelta(0)])
def test_it_is_as_late_as_the_offset_says(file: Path, offset: timedelta) -> None:
    clock, before = Clock(file), datetime.now(UTC)
    clock.travel(offset)
    assert clock.offset() == offset
    assert about(before + offset, clock.now())


def test_another_process_travels_along_without_a_restart(file: Path) -> None:
    mine, theirs = Clock(file), Clock(file)
    assert theirs.offset() == timedelta(0)
    for days in (1, 2, 3):
        mine.travel(days * DAY)
        assert theirs.offset() == days * DAY


def test_the_file_is_read_only_when_it_changed(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, read = Clock(file), []
    clock.travel(DAY)

    def loads(text: str) -> dict[str, int]:
        read.append(text)
        return {"offset_seconds": 86_400}

    monkeypatch.setattr(json, "loads", loads)
    assert [clock.offset(), clock.offset(), clock.offset()] == [DAY] * 3
    assert len(read) == 1


def test_nobody_ever_reads_half_a_file(file: Path) -> None:
    clock = Clock(file)
    clock.travel(DAY)
    assert [path.name for path in file.parent.iterdir()] == ["clock.json"]
    assert json.loads(file.read_text(encoding="utf-8")) == {"offset_seconds": 86_400}


def test_who_goes_back_to_real_time_is_there(file: Path) -> None:
    clock = Clock(file)
    clock.travel(DAY)
    clock.travel(timedelta(0))
    assert clock.offset() == timedelta(0)

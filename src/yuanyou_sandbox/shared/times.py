"""How pages show a moment."""

from datetime import UTC, datetime


def shown_time(at: float) -> str:
    """UTC to the second: companies' clocks have no zone of their own."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")

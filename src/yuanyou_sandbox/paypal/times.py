"""Moments in requests: Internet date and time, in any of the forms PayPal takes."""

from datetime import datetime

from yuanyou_sandbox.paypal.reader import Reader

SHORTEST, LONGEST = len("2026-11-23T00:00:00Z"), 64


def moment(reader: Reader, name: str) -> int | None:
    """Epoch seconds of a parameter that may be absent. ApiError for what is not a moment with a zone."""
    told = reader.text(name, shortest=SHORTEST, longest=LONGEST)
    if told is None:
        return None
    try:
        read = datetime.fromisoformat(told.replace(" ", "+"))
    except ValueError:
        raise reader.wrong("INVALID_PARAMETER_SYNTAX", name, told) from None
    if read.tzinfo is None:
        raise reader.wrong("INVALID_PARAMETER_SYNTAX", name, told)
    return int(read.timestamp())


def need_moment(reader: Reader, name: str) -> int:
    found = moment(reader, name)
    if found is None:
        raise reader.wrong("MISSING_REQUIRED_PARAMETER", name)
    return found

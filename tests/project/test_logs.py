"""What the processes write to their logs."""

import logging

from django.conf import settings

from yuanyou.project.logs import Redacting


def test_every_handler_cuts_card_numbers_out() -> None:
    formatters = settings.LOGGING["formatters"]
    used = {handler["formatter"] for handler in settings.LOGGING["handlers"].values()}
    assert {formatters[name]["()"] for name in used} == {"yuanyou.project.logs.Redacting"}


def test_a_card_number_is_cut_out_of_messages_arguments_and_stack_traces() -> None:
    error = ValueError("no such card: 4242 4242 4242 4242")
    record = logging.LogRecord(
        "y", logging.ERROR, "", 1, "paid with %s", ("378282246310005",), (ValueError, error, None)
    )
    said = Redacting("%(message)s").format(record)
    assert "paid with [card 0005]" in said
    assert "no such card: [card 4242]" in said

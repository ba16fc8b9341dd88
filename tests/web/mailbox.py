"""What a person does with the mail of a sign-in: open the newest, read the code."""

import re

from django.core import mail


def code_for(address: str) -> str:
    """The code in the newest mail to this address."""
    message = [message for message in mail.outbox if message.to == [address]][-1]
    found = re.search(r"^\d{8}$", str(message.body), re.MULTILINE)
    assert found, message.body
    return found.group()


def subjects_to(address: str) -> list[str]:
    return [message.subject for message in mail.outbox if message.to == [address]]

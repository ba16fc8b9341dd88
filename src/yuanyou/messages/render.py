"""Messages as people read them: one template for each event and kind, in the customer's language."""

from typing import Any

from django.template import TemplateDoesNotExist
from django.template.loader import get_template, render_to_string
from django.utils import translation

from yuanyou.messages.models import Message
from yuanyou.messages.port import Letter


def render(message: Message, *, to: str, context: dict[str, Any]) -> Letter:
    """The letter of a message: `messages/<event>.subject.txt`, `.txt` and `.html`."""
    with translation.override(message.language):
        return Letter(
            message_ref=message.ref,
            to=to,
            subject=" ".join(_part(message.event, "subject.txt", context).split()),
            text=_part(message.event, "txt", context),
            html=_part(message.event, "html", context),
        )


def can_tell(event: str) -> bool:
    """Whether there are words for this event: pages promise only messages that can be sent."""
    try:
        get_template(f"messages/{event}.txt")
    except TemplateDoesNotExist:
        return False
    return True


def _part(event: str, kind: str, context: dict[str, Any]) -> str:
    return render_to_string(f"messages/{event}.{kind}", context)

"""Numbers as people type them: 917-555-0142, (917) 555 0142, +1..., full-width digits, or an ICCID."""

import unicodedata

import phonenumbers
from django.conf import settings

from yuanyou.flows.step import in_cell
from yuanyou.lines import queries as lines

HOME_REGION = "US"
ICCID_DIGITS = (19, 20)


def find_line(typed: str) -> int | None:
    """The line that a typed number or ICCID means; None when there is none."""
    text = unicodedata.normalize("NFKC", typed).strip()
    digits = "".join(character for character in text if character.isdigit())
    if len(digits) in ICCID_DIGITS:
        return _by_iccid(digits)
    number = e164(text)
    return lines.line_of_number(number) if number else None


def e164(text: str) -> str | None:
    """A typed phone number in E.164; without a country code it is one of ours at home."""
    try:
        number = phonenumbers.parse(text, HOME_REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _by_iccid(iccid: str) -> int | None:
    for cell in settings.CONFIG.cells:
        with in_cell(cell):
            found = lines.line_of_iccid(iccid)
        if found is not None:
            return found
    return None

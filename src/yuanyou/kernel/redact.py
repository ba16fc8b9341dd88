"""Card numbers out of text: wherever a person or another company may write one, before it is kept or logged.

A payment card number (ISO/IEC 7812) has 12 to 19 digits, begins with an issuer's range and passes the Luhn
check. SIM card numbers (ICCID, ITU-T E.118) pass it too, and begin with 89: they stay.
"""

import re

_CANDIDATE = re.compile(r"(?<![\d.])\d(?:[ .\-\u2010-\u2015\u00a0\u3000]?\d){11,18}(?!\d)")
_ISSUERS = re.compile(
    r"4"  # Visa
    r"|5[0-9]"  # Mastercard, Maestro
    r"|2(?:2[2-9]|[3-6]|7[01]|720)"  # Mastercard
    r"|3[0-9]"  # American Express, Diners, JCB
    r"|6[0-9]"  # UnionPay, Discover, Maestro, RuPay
    r"|81"  # UnionPay
    r"|9792"  # Troy
)
_FULL_WIDTH = str.maketrans({0xFF10 + digit: str(digit) for digit in range(10)})


def redact(text: str) -> str:
    """The text with every card number cut to its last four digits. Harmless to repeat.

    Digits written full-width (as some keyboards do) are seen too.
    """
    plain = text.translate(_FULL_WIDTH)  # one character for one: places stay the same
    parts, end = [], 0
    for found in _CANDIDATE.finditer(plain):
        digits = re.sub(r"\D", "", found.group())
        if _is_card(digits):
            parts += [text[end : found.start()], f"[card {digits[-4:]}]"]
            end = found.end()
    return "".join((*parts, text[end:]))


def _is_card(digits: str) -> bool:
    return _ISSUERS.match(digits) is not None and len(set(digits)) > 1 and _luhn(digits)


def _luhn(digits: str) -> bool:
    odd, even = digits[-1::-2], digits[-2::-2]
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in even)
    return (sum(map(int, odd)) + doubled) % 10 == 0

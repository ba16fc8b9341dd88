"""Ids are 63 bits: milliseconds since 2020, the cell's number, a PostgreSQL sequence.

`new_id()` in each schema makes them (kernel/sql/schema.sql); this file only reads and writes their
public form: `ord_1HNQ7K2M8Z04A`. A public reference names its cell and its kind; it is never a secret.
"""

from dataclasses import dataclass

EPOCH_MS = 1_577_836_800_000
"""2020-01-01T00:00:00Z, in milliseconds."""
ID_BITS = 63
SEQUENCE_BITS = 12
CELL_BITS = 10
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U, so that a reference can be read out on the phone."""
DIGITS_MAX = 13
READ_AS = str.maketrans("ILO", "110")


class BadReference(ValueError):
    """Not a reference of ours, or of another kind."""


@dataclass(frozen=True, slots=True)
class Ref:
    """A public reference: a kind prefix and an id. `str(Ref("ord", 5))` is `ord_5`."""

    kind: str
    id: int

    def __post_init__(self) -> None:
        if not 0 <= self.id < 1 << ID_BITS:
            raise BadReference(f"{self.kind} {self.id}")

    def __str__(self) -> str:
        digits, number = "", self.id
        while number:
            number, digit = divmod(number, 32)
            digits = ALPHABET[digit] + digits
        return f"{self.kind}_{digits or '0'}"

    @property
    def cell(self) -> int:
        return cell_of(self.id)


def cell_of(id_: int) -> int:
    """The cell an id was made in; 0 is the shared schema."""
    return (id_ >> SEQUENCE_BITS) & ((1 << CELL_BITS) - 1)


def parse(text: str, kind: str) -> Ref:
    """Read a reference as people type it (any case, O for 0). BadReference when it is not one."""
    prefix, _, digits = text.strip().partition("_")
    if prefix.lower() != kind or not 0 < len(digits) <= DIGITS_MAX:
        raise BadReference(text)
    number = 0
    for character in digits.upper().translate(READ_AS):
        value = ALPHABET.find(character)
        if value < 0:
            raise BadReference(text)
        number = number * 32 + value
    return Ref(kind, number)

"""The people every test knows (DESIGN law 19), and the numbers in the pool."""

from dataclasses import dataclass

from yuanyou.identity import actions as identity
from yuanyou.identity import queries
from yuanyou.identity.queries import Person
from yuanyou.identity.rules import Role
from yuanyou.lines import actions as lines

NEW_YORK = "America/New_York"
STAFF_PASSWORD = "correct horse battery staple"


@dataclass(frozen=True, slots=True)
class People:
    mei: Person
    tom: Person
    ada: Person
    ops_email: str


def settle_in() -> People:
    """Mei and Ada live in cell 1, Tom in cell 2; a pool of numbers waits."""
    lines.stock_numbers(f"+1917555{n:04d}" for n in range(100, 160))
    identity.create_staff("ops@yuanyou.example", name="Ops", role=Role.ADMIN, password=STAFF_PASSWORD)
    return People(
        mei=customer("mei@example.com", cell=1, language="zh-hans"),
        tom=customer("tom@example.com", cell=2),
        ada=customer("ada@example.com", cell=1),
        ops_email="ops@yuanyou.example",
    )


def customer(email: str, *, cell: int, language: str = "en") -> Person:
    return queries.person(identity.register(email, language=language, zone=NEW_YORK, cell=cell).pk)

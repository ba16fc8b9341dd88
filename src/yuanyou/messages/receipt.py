"""A receipt as it is shown, printed and sent: one dataclass for all three."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from yuanyou.kernel.ids import cell_of
from yuanyou.kernel.money import Money

TEXT_KEY = {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant", "zh-hant-hk": "zh-Hant"}
Texts = Mapping[str, Mapping[str, str]]


class ReceiptFacts(Protocol):
    """What is kept of a receipt (orders.queries.ReceiptView)."""

    @property
    def order_id(self) -> int: ...
    @property
    def order_ref(self) -> str: ...
    @property
    def number(self) -> int | None: ...
    @property
    def paid_at(self) -> datetime: ...
    @property
    def facts(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One line in the reader's language."""

    name: str
    amount: Money


@dataclass(frozen=True, slots=True)
class ReceiptPage:
    """Everything a receipt states. `number` None: it follows within a second."""

    number: str | None
    reference: str
    seller: str
    kind: str
    paid_at: datetime
    items: tuple[tuple[Texts, Money], ...]
    """The plan and each tax: their frozen texts by language, and the amount."""
    total: Money
    wallet_part: Money
    wallet_after: Money | None
    method: str
    card: Mapping[str, str]
    paid_until: datetime | None

    def lines(self, language: str) -> list[ReceiptLine]:
        """The items as this reader reads them."""
        key = TEXT_KEY.get(language, "en")
        return [ReceiptLine(texts[key]["name"], amount) for texts, amount in self.items]


def receipt_page(kept: ReceiptFacts) -> ReceiptPage:
    facts = kept.facts
    currency = facts["currency"]
    after = facts.get("wallet_after_minor")
    until = (facts["result"].get("after") or {}).get("paid_until")
    sold = [(facts["plan_texts"], facts["net_minor"])] if "net_minor" in facts else []
    taxed = [(tax["texts"], tax["minor"]) for tax in facts.get("taxes", ())]
    return ReceiptPage(
        number=f"Y{cell_of(kept.order_id)}-{kept.number:06d}" if kept.number else None,
        reference=kept.order_ref,
        seller=facts["seller"],
        kind=facts["kind"],
        paid_at=kept.paid_at,
        items=tuple((texts, Money(minor, currency)) for texts, minor in sold + taxed),
        total=Money(facts["total_minor"], currency),
        wallet_part=Money(facts["wallet_part_minor"], currency),
        wallet_after=Money(after, currency) if after is not None else None,
        method=facts["method"],
        card=facts["card"],
        paid_until=datetime.fromisoformat(until) if until else None,
    )

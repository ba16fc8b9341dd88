"""A receipt as it is shown, printed and sent: one dataclass for all three."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from yuanyou.kernel.ids import cell_of
from yuanyou.kernel.money import Money

TEXT_KEY = {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant"}


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
    """One line: texts by language, and the amount."""

    texts: Mapping[str, Mapping[str, str]]
    amount: Money
    percent: str | None = None

    def name(self, language: str) -> str:
        return self.texts[TEXT_KEY.get(language, "en")]["name"]


@dataclass(frozen=True, slots=True)
class ReceiptPage:
    """Everything a receipt states. `number` None: it follows within a second."""

    number: str | None
    reference: str
    seller: str
    kind: str
    paid_at: datetime
    plan: ReceiptLine | None
    taxes: tuple[ReceiptLine, ...]
    total: Money
    wallet_part: Money
    wallet_after: Money | None
    method: str
    card: Mapping[str, str]
    paid_until: datetime | None


def receipt_page(kept: ReceiptFacts) -> ReceiptPage:
    facts = kept.facts
    currency = facts["currency"]
    after = facts.get("wallet_after_minor")
    until = (facts["result"].get("after") or {}).get("paid_until")
    plan = (
        ReceiptLine(facts["plan_texts"], Money(facts["net_minor"], currency))
        if "net_minor" in facts
        else None
    )
    return ReceiptPage(
        number=f"Y{cell_of(kept.order_id)}-{kept.number:06d}" if kept.number else None,
        reference=kept.order_ref,
        seller=facts["seller"],
        kind=facts["kind"],
        paid_at=kept.paid_at,
        plan=plan,
        taxes=tuple(
            ReceiptLine(t["texts"], Money(t["minor"], currency), t["percent"]) for t in facts.get("taxes", ())
        ),
        total=Money(facts["total_minor"], currency),
        wallet_part=Money(facts["wallet_part_minor"], currency),
        wallet_after=Money(after, currency) if after is not None else None,
        method=facts["method"],
        card=facts["card"],
        paid_until=datetime.fromisoformat(until) if until else None,
    )

"""What is sold: plans, how long a term lasts, what it costs with taxes, and the quote that freezes it all.

Pure: no clock, no database. Everything that an order freezes goes to JSON and back without a change.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from yuanyou.kernel.money import Money, exponent, total
from yuanyou.kernel.units import GB, Quantity, Unit

LANGUAGES = ("en", "zh-Hans", "zh-Hant")
"""Every language a plan must be written in before it may be sold."""
TRADITIONAL = ("zh-hant", "zh-tw", "zh-hk", "zh-mo")
QUOTE_HOLDS = timedelta(minutes=15)
GRACE_DAYS_MAX = 7
SUSPENDED_DAYS = range(7, 91)
QUARANTINE_DAYS_MIN = 45
"""US numbering rules: a number rests 45 days at least before anybody else gets it (84 FR 11226)."""

Texts = Mapping[str, Mapping[str, str]]
"""By language: `{"en": {"name": ..., "summary": ...}, ...}`."""


class DayRule(StrEnum):
    CALENDAR = "calendar"  # whole local days: ends at midnight in the line's zone
    ROLLING = "rolling"  # N x 24 hours to the second


class StartRule(StrEnum):
    ON_PAYMENT = "on_payment"
    FIRST_USE = "first_use"
    ON_DATE = "on_date"


class ProductClass(StrEnum):
    """What taxes and revenue tell apart: telephone service, or internet access alone."""

    VOICE = "voice"
    DATA = "data"


class BadPolicy(ValueError):
    """A policy that may not be sold: outside the law's or DESIGN §4's limits."""


@dataclass(frozen=True, slots=True)
class Policy:
    """One object that drives the engine, the pages, the notices and the terms (law 12). Days are whole."""

    grace_days: int = 3
    suspended_days: int = 30
    quarantine_days: int = 90
    pause_days_max: int = 90
    pause_fee_minor: int = 200
    remind_days_before: tuple[int, ...] = (7, 3, 1)
    remind_hours_before: tuple[int, ...] = (2,)
    release_warning_days: tuple[int, ...] = (14, 7, 3, 1)
    retry_hours: tuple[int, ...] = (-26, -12, -2, 6, 24, 48, 72, 168)
    refund_window_days: int = 30
    refund_max_used_percent: int = 10
    emergency_day: bool = False
    suspended_incoming_sms: bool = True

    def check(self, *, plan_days: int) -> None:
        """BadPolicy unless grace is 0-7 days and at most a third of the plan, and the rest in its range."""
        if not 0 <= self.grace_days <= min(GRACE_DAYS_MAX, plan_days // 3):
            raise BadPolicy(f"grace of {self.grace_days} days on a plan of {plan_days}")
        if self.suspended_days not in SUSPENDED_DAYS:
            raise BadPolicy(f"suspended for {self.suspended_days} days")
        if self.quarantine_days < QUARANTINE_DAYS_MIN:
            raise BadPolicy(f"quarantine of {self.quarantine_days} days")

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Policy":
        values: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in told.items()
        }
        return cls(**values)


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """One published version of a plan, whole: what an order freezes."""

    code: str
    version: int
    version_id: int
    product_class: ProductClass
    days: int
    day_rule: DayRule
    start_rule: StartRule
    first_use_within_days: int
    data_bytes: int | None
    """Bytes at full speed; None without limit, 0 none."""
    slow_kbps: int | None
    """Speed after that; None: data stops."""
    seconds: int | None
    messages: int | None
    hotspot_bytes: int | None
    countries: tuple[str, ...]
    has_number: bool
    keep_number: bool
    shareable_lines: int
    policy: Policy
    texts: Texts

    def name(self, language: str) -> str:
        return self.texts[spoken(language)]["name"]

    def summary(self, language: str) -> str:
        return self.texts[spoken(language)]["summary"]

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """What one term grants."""
        return (
            Quantity(Unit.BYTES, self.data_bytes),
            Quantity(Unit.SECONDS, self.seconds),
            Quantity(Unit.MESSAGES, self.messages),
        )

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "PlanFacts":
        values = dict(told)
        values["product_class"] = ProductClass(values["product_class"])
        values["day_rule"], values["start_rule"] = (
            DayRule(values["day_rule"]),
            StartRule(values["start_rule"]),
        )
        values["countries"], values["policy"] = tuple(values["countries"]), Policy.from_json(values["policy"])
        return cls(**values)


@dataclass(frozen=True, slots=True)
class TaxRule:
    """One tax or fee of a jurisdiction: `percent` of the net price, or `flat_minor` for each transaction.

    `flat_minor` is in the book currency; in `flat_others` the operator says what it is in others it sells in.

    In force on [valid_from, valid_to); a later rule with its code takes its place from that one's first day.
    """

    code: str
    jurisdiction: str
    product_class: ProductClass
    percent: Decimal | None
    flat_minor: int | None
    texts: Texts
    valid_from: date
    valid_to: date | None = None
    in_base: bool = False
    """Whether the other taxes are reckoned on the price with this one in it."""
    seller_keeps_percent: Decimal = Decimal(0)
    """What the seller may keep of it for collecting it; the rest is handed over."""
    flat_others: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TaxLine:
    """One tax or fee as the receipt states it."""

    code: str
    amount: Money
    percent: str | None
    texts: Texts

    def name(self, language: str) -> str:
        return self.texts[spoken(language)]["name"]


@dataclass(frozen=True, slots=True)
class Quote:
    """What a plan costs, frozen: what was shown is what is done (law 9)."""

    plan: PlanFacts
    net: Money
    taxes: tuple[TaxLine, ...]
    jurisdiction: str
    made_at: datetime
    begin_by: datetime
    discounts: tuple[Mapping[str, Any], ...] = field(default=())

    @property
    def tax_total(self) -> Money:
        return total((line.amount for line in self.taxes), currency=self.net.currency)

    @property
    def total(self) -> Money:
        return self.net + self.tax_total

    @property
    def per_day(self) -> Money:
        """The total for one day, rounded, for comparing plans."""
        return self.total.times(Decimal(1) / self.plan.days)

    @property
    def per_gb(self) -> Money | None:
        """The total for one GB at full speed; None without data or without limit."""
        if not self.plan.data_bytes:
            return None
        return self.total.times(Decimal(GB) / self.plan.data_bytes)

    def to_json(self) -> dict[str, Any]:
        return {
            "plan": self.plan.to_json(),
            "currency": self.net.currency,
            "net_minor": self.net.minor,
            "taxes": [
                {"code": t.code, "minor": t.amount.minor, "percent": t.percent, "texts": t.texts}
                for t in self.taxes
            ],
            "jurisdiction": self.jurisdiction,
            "made_at": self.made_at.isoformat(),
            "begin_by": self.begin_by.isoformat(),
            "discounts": list(self.discounts),
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Quote":
        currency = told["currency"]
        return cls(
            plan=PlanFacts.from_json(told["plan"]),
            net=Money(told["net_minor"], currency),
            taxes=tuple(
                TaxLine(t["code"], Money(t["minor"], currency), t["percent"], t["texts"])
                for t in told["taxes"]
            ),
            jurisdiction=told["jurisdiction"],
            made_at=datetime.fromisoformat(told["made_at"]),
            begin_by=datetime.fromisoformat(told["begin_by"]),
            discounts=tuple(told["discounts"]),
        )


def spoken(language: str) -> str:
    """The key under which texts are kept: `zh-hans` is `zh-Hans`, `zh-HK` is `zh-Hant`, others English."""
    wanted = language.lower()
    if wanted.startswith(TRADITIONAL):
        return "zh-Hant"
    return "zh-Hans" if wanted.startswith("zh") else "en"


def quote(
    plan: PlanFacts, *, net: Money, taxes: tuple[TaxLine, ...], jurisdiction: str, now: datetime
) -> Quote:
    """The price of a plan now; it lets an order begin for 15 minutes."""
    return Quote(plan, net, taxes, jurisdiction, now, now + QUOTE_HOLDS)


def term_end(start: datetime, *, days: int, rule: DayRule, zone: str) -> datetime:
    """The exclusive end of a term.

    Rolling: N x 24 hours. Calendar: local midnight; a day that has begun is not counted, so a plan of 30
    days bought on Nov 1 at 14:05 ends with Dec 1, and one that follows at midnight ends 30 dates later.
    """
    if rule is DayRule.ROLLING:
        return start + timedelta(days=days)
    local = start.astimezone(ZoneInfo(zone))
    first_whole = local.date() if local.time() == time() else local.date() + timedelta(days=1)
    midnight = datetime.combine(first_whole + timedelta(days=days), time(), ZoneInfo(zone))
    return midnight.astimezone(UTC)


def days_given_up(*, now: datetime, end: datetime) -> int:
    """Whole days of a running term that starting the next one now would cost, a begun day counted."""
    return max(0, -((now - end) // timedelta(days=1)))


FX_FRESH = timedelta(days=4)
"""A rate older than this is not shown: over a long weekend the last one still stands."""


@dataclass(frozen=True, slots=True)
class FxQuote:
    """About what an amount is in the customer's own currency. Never charged: their bank decides its rate."""

    charged: Money
    about: Money
    rate: Decimal
    source: str
    at: datetime

    def to_json(self) -> dict[str, Any]:
        """As it is frozen on an order."""
        return {
            "about_minor": self.about.minor,
            "into": self.about.currency,
            "rate": str(self.rate),
            "source": self.source,
            "at": self.at.isoformat(),
        }


def fx_about(charged: Money, *, into: str, rate: Decimal, source: str, at: datetime) -> FxQuote:
    """`rate` is what one major unit of `charged`'s currency is in `into`."""
    places = exponent(into) - exponent(charged.currency)
    return FxQuote(charged, Money(charged.minor, into).times(rate.scaleb(places)), rate, source, at)

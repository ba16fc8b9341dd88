"""Every write to providers' statements and the cases they open, and reading them. All of it is shared."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, F, Q, Sum

from yuanyou.kernel.money import Money
from yuanyou.kernel.redact import redact
from yuanyou.payments.models import Case, StatementDay, StatementRow
from yuanyou.payments.port import Movement, StatementLine
from yuanyou.payments.rules import CaseState, Difference

VANISHED = "vanished"
"""The resolution of a case that nobody had to decide: both sides agree."""
ASK_AGAIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class KindSum:
    """One kind of movement of one day, as the page shows it."""

    provider: str
    kind: str
    count: int
    matched: int
    gross: Money
    fee: Money


def want_days(provider: str, *, first: date, last: date, now: datetime) -> None:
    """Every day from `first` to `last` is to be pulled, once."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    known = set(StatementDay.objects.filter(provider=provider).values_list("day", flat=True))
    StatementDay.objects.bulk_create(
        [StatementDay(provider=provider, day=day, ask_at=now) for day in days if day not in known],
        ignore_conflicts=True,
    )


def want_again(provider: str, day: date, *, now: datetime) -> bool:
    """Pull a day once more, at once. False: nobody ever wanted it."""
    return bool(StatementDay.objects.filter(provider=provider, day=day).update(ask_at=now, asked=0))


def claim_day(*, now: datetime, lease: timedelta) -> StatementDay | None:
    """The oldest day that is due, taken until the lease ends."""
    due = StatementDay.objects.select_for_update(skip_locked=True).filter(ask_at__lte=now)
    day = due.order_by("day", "id").first()
    if day is not None:
        day.ask_at = now + lease
        day.save(update_fields=["ask_at"])
    return day


def put_off(day: StatementDay, *, now: datetime) -> None:
    """The provider is not ready, or did not answer."""
    StatementDay.objects.filter(pk=day.pk).update(asked=F("asked") + 1, ask_at=now + ASK_AGAIN)


def keep(day: StatementDay, lines: Iterable[StatementLine], *, now: datetime) -> None:
    """Keep a day's movements, each once."""
    rows = [
        StatementRow(
            provider=day.provider,
            day=day.day,
            provider_ref=line.provider_ref,
            kind=line.kind,
            gross_minor=line.gross.minor,
            fee_minor=line.fee.minor,
            currency=line.gross.currency,
            happened_at=line.happened_at,
            ref=line.ref,
            about_ref=line.about_ref,
            charge_ref=line.charge_ref,
        )
        for line in lines
    ]
    StatementRow.objects.bulk_create(rows, ignore_conflicts=True)
    StatementDay.objects.filter(pk=day.pk).update(pulled_at=now, ask_at=None)


def rows_of(provider: str, day: date) -> list[StatementRow]:
    return list(StatementRow.objects.filter(provider=provider, day=day).order_by("happened_at", "id"))


def matched(row: StatementRow, ref: str) -> None:
    """The movement is this of ours."""
    row.matched_ref = ref
    row.save(update_fields=["matched_ref"])


def day_matched(provider: str, day: date, *, now: datetime) -> None:
    StatementDay.objects.filter(provider=provider, day=day).update(matched_at=now)


def listed(provider: str, refs: Iterable[str]) -> set[str]:
    """Which of our references some statement of the provider lists."""
    found = StatementRow.objects.filter(provider=provider, matched_ref__in=list(refs))
    return set(found.values_list("matched_ref", flat=True))  # type: ignore[arg-type]  # never null here


def open_case(
    provider: str,
    day: date,
    difference: Difference,
    *,
    subject: str,
    ours: Money | None,
    theirs: Money | None,
    now: datetime,
) -> Case:
    """A difference waits for a person, once."""
    currency = (theirs or ours or Money(0, "USD")).currency
    case, new = Case.objects.get_or_create(
        provider=provider,
        difference=difference,
        subject=subject,
        defaults={
            "day": day,
            "ours_minor": ours.minor if ours else None,
            "theirs_minor": theirs.minor if theirs else None,
            "currency": currency,
            "ours_currency": ours.currency if ours and ours.currency != currency else None,
            "suggestion": SUGGESTED[difference],
            "opened_at": now,
        },
    )
    if not new and case.resolution == VANISHED:  # it had agreed for a while
        case.state, case.resolution, case.resolved_at = CaseState.OPEN, None, None
        case.save()
    return case


def close_case(case: Case, *, resolution: str, note: str, by: int | None, now: datetime) -> None:
    """Resolved, by a person or because the difference is gone."""
    case.state, case.resolution, case.note = CaseState.RESOLVED, resolution, redact(note)
    case.resolved_at, case.resolved_by = now, by
    case.save()


def settle_case(provider: str, difference: Difference, *, subject: str, now: datetime) -> None:
    """The difference is gone: nobody needs to look any more."""
    for case in Case.objects.filter(
        provider=provider, difference=difference, subject=subject, state=CaseState.OPEN
    ):
        close_case(case, resolution=VANISHED, note="", by=None, now=now)


SUGGESTED = {
    Difference.NOT_OURS: "ask_again",
    Difference.NOT_THEIRS: "ask_again",
    Difference.AMOUNT: "book_difference",
    Difference.FEE: "book_difference",
    Difference.CURRENCY: "book_difference",
    Difference.PAYOUT: "leave",
}


def open_cases(*, limit: int = 200) -> list[Case]:
    return list(Case.objects.filter(state=CaseState.OPEN).order_by("day", "id")[:limit])


def cases_of(day: date) -> list[Case]:
    return list(Case.objects.filter(day=day).order_by("provider", "id"))


def days(*, limit: int = 31) -> list[StatementDay]:
    """The newest days first."""
    return list(StatementDay.objects.order_by("-day", "provider")[:limit])


def day_of_all(day: date) -> list[StatementDay]:
    """How the pulling of one day stands, by provider."""
    return list(StatementDay.objects.filter(day=day).order_by("provider"))


def providers() -> set[str]:
    """Whose statements were ever pulled."""
    return set(StatementDay.objects.values_list("provider", flat=True).distinct())


def about(case: Case) -> list[StatementRow]:
    """The lines of the provider's statements that a case is about."""
    of = StatementRow.objects.filter(provider=case.provider)
    return list(of.filter(Q(provider_ref=case.subject) | Q(matched_ref=case.subject)).order_by("id"))


def sums(day: date) -> list[KindSum]:
    """A day's movements by provider, kind and currency."""
    rows = (
        StatementRow.objects.filter(day=day)
        .values("provider", "kind", "currency")
        .annotate(
            count=Count("id"),
            known=Count("id", filter=Q(matched_ref__isnull=False)),
            gross_sum=Sum("gross_minor"),
            fee_sum=Sum("fee_minor"),
        )
        .order_by("provider", "kind", "currency")
    )
    return [
        KindSum(
            row["provider"],
            Movement(row["kind"]),
            row["count"],
            row["known"],
            Money(row["gross_sum"], row["currency"]),
            Money(row["fee_sum"], row["currency"]),
        )
        for row in rows
    ]


def account_of(provider: str) -> dict[str, int]:
    """What all statements together say the provider holds for us, in minor units by currency."""
    rows = (
        StatementRow.objects.filter(provider=provider)
        .values("currency")
        .annotate(net=Sum(F("gross_minor") - F("fee_minor")))
    )
    return {row["currency"]: int(row["net"]) for row in rows}

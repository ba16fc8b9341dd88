"""What the console shows of statements and books: a day's picture, both sides of an account, the cases."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.utils.functional import Promise

from yuanyou.audit import queries as audit
from yuanyou.flows.step import in_cell
from yuanyou.identity import queries as identity
from yuanyou.kernel.money import Money
from yuanyou.ledger import queries as books
from yuanyou.ledger import recipes
from yuanyou.payments import statements
from yuanyou.payments.models import Case, StatementDay, StatementRow
from yuanyou.web.console import log, money_words, subjects
from yuanyou.web.console.log import Act

CLEARING = recipes.clearing("").name
SHOWN_CASES = 30
"""How many open cases stand on the page with their buttons."""


@dataclass(frozen=True, slots=True)
class Sum:
    """One kind of movement of one provider's day; `kind` empty: the day's total in this currency."""

    kind: Promise | str
    count: int
    matched: int
    gross: Money
    fee: Money

    @property
    def net(self) -> Money:
        return self.gross - self.fee


@dataclass(frozen=True, slots=True)
class ProviderDay:
    """One provider's day. `state`: pulled, waiting (it is asked for) or never (nobody wanted it)."""

    provider: str
    state: str
    pulled_at: datetime | None
    sums: list[Sum]
    totals: list[Sum]


@dataclass(frozen=True, slots=True)
class AccountPair:
    """What a provider holds for us: by our clearing account, and by all its statements together."""

    provider: str
    ours: Money
    theirs: Money

    @property
    def apart(self) -> Money:
        return self.ours - self.theirs


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A difference. `url`: the page of what of ours it is about, if any."""

    id: int
    provider: str
    day: date
    difference: Promise
    subject: str
    url: str
    ours: Money | None
    theirs: Money | None
    suggestion: Promise
    open: bool
    opened_at: datetime

    @property
    def apart(self) -> Money | None:
        """By how much they differ; None across currencies."""
        if self.ours and self.theirs and self.ours.currency != self.theirs.currency:
            return None
        currency = (self.theirs or self.ours or Money(0, settings.CONFIG.book_currency)).currency
        nothing = Money(0, currency)
        return (self.theirs or nothing) - (self.ours or nothing)


@dataclass(frozen=True, slots=True)
class DayPage:
    day: date | None
    days: list[date]
    providers: list[ProviderDay]
    accounts: list[AccountPair]
    cases: list[CaseRow]
    more: int
    """Open cases that are not on the page."""
    resolved: list[CaseRow]
    """Cases of this day that are over."""


@dataclass(frozen=True, slots=True)
class CasePage:
    row: CaseRow
    rows: list[StatementRow]
    """The lines of the statement that it is about."""
    resolution: Promise | None
    resolved_at: datetime | None
    resolved_by: str
    note: str
    acts: list[Act]


def day_page(wanted: date | None) -> DayPage:
    """A day's picture; None: the newest day there is."""
    known = statements.days(limit=100)
    days = sorted({each.day for each in known}, reverse=True)
    day = wanted or (days[0] if days else None)
    cases = statements.open_cases(limit=1000)
    return DayPage(
        day=day,
        days=days,
        providers=_providers(day) if day else [],
        accounts=_accounts(),
        cases=[_case(case) for case in cases[:SHOWN_CASES]],
        more=max(len(cases) - SHOWN_CASES, 0),
        resolved=[row for row in map(_case, statements.cases_of(day)) if not row.open] if day else [],
    )


def case_page(case_id: int) -> CasePage:
    """Case.DoesNotExist."""
    case = Case.objects.get(pk=case_id)
    names = {staff.id: staff.name for staff in identity.all_staff()}
    return CasePage(
        row=_case(case),
        rows=statements.about(case),
        resolution=money_words.RESOLUTIONS[case.resolution] if case.resolution else None,
        resolved_at=case.resolved_at,
        resolved_by=names.get(case.resolved_by or 0, ""),
        note=case.note,
        acts=log.shown(audit.story_of(f"case:{case.pk}")),
    )


def _providers(day: date) -> list[ProviderDay]:
    asked = {each.provider: each for each in statements.day_of_all(day)}
    sums: dict[str, list[Sum]] = defaultdict(list)
    for each in statements.sums(day):
        words = money_words.MOVEMENTS[each.kind]
        sums[each.provider].append(Sum(words, each.count, each.matched, each.gross, each.fee))
    return [
        ProviderDay(
            provider,
            state=_state(asked.get(provider)),
            pulled_at=asked[provider].pulled_at if provider in asked else None,
            sums=sums[provider],
            totals=_totals(sums[provider]),
        )
        for provider in sorted(asked.keys() | sums.keys())
    ]


def _state(day: StatementDay | None) -> str:
    if day is None:
        return "never"
    return "waiting" if day.ask_at is not None else "pulled"


def _totals(sums: list[Sum]) -> list[Sum]:
    """One a currency."""
    found: dict[str, Sum] = {}
    for each in sums:
        had = found.get(each.gross.currency)
        found[each.gross.currency] = (
            Sum(
                "",
                had.count + each.count,
                had.matched + each.matched,
                had.gross + each.gross,
                had.fee + each.fee,
            )
            if had
            else Sum("", each.count, each.matched, each.gross, each.fee)
        )
    return list(found.values())


def _accounts() -> list[AccountPair]:
    """Every provider's account in every currency, over the books of all cells."""
    ours: dict[tuple[str, str], int] = defaultdict(int)
    for cell in settings.CONFIG.cells:
        with in_cell(cell):
            for row in books.trial_balance():
                if row.account.startswith(CLEARING):
                    provider = row.account.removeprefix(CLEARING)
                    ours[provider, row.amount.currency] += row.amount.minor
    providers = {provider for provider, _ in ours} | statements.providers()
    theirs = {
        (provider, currency): minor
        for provider in providers
        for currency, minor in statements.account_of(provider).items()
    }
    return [
        AccountPair(key[0], Money(ours.get(key, 0), key[1]), Money(theirs.get(key, 0), key[1]))
        for key in sorted(ours.keys() | theirs.keys())
    ]


def _case(case: Case) -> CaseRow:
    ours = None
    if case.ours_minor is not None:
        ours = Money(case.ours_minor, case.ours_currency or case.currency)
    return CaseRow(
        id=case.pk,
        provider=case.provider,
        day=case.day,
        difference=money_words.DIFFERENCES[case.difference],
        subject=case.subject,
        url=subjects.url_of(case.subject),
        ours=ours,
        theirs=Money(case.theirs_minor, case.currency) if case.theirs_minor is not None else None,
        suggestion=money_words.RESOLUTIONS[case.suggestion],
        open=case.state == "open",
        opened_at=case.opened_at,
    )

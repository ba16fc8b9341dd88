"""The built-in tax engine: a table of rules. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from yuanyou.catalog.rules import ProductClass, TaxLine, TaxRule
from yuanyou.kernel.money import Money, total


class NoFeeInCurrency(LookupError):
    """A flat fee is due, and nobody has said how much it is in this currency: nothing is sold in it."""


@dataclass(frozen=True, slots=True)
class RuleTable:
    """A `port.TaxEngine`. Each line is rounded half up by itself, so that the lines sum to the total."""

    rules: Sequence[TaxRule]
    book: str
    """The book currency, in which flat amounts are unless they say otherwise."""

    def lines(
        self, net: Money, *, jurisdiction: str, product_class: ProductClass, on: date
    ) -> tuple[TaxLine, ...]:
        """A fee is not taxed unless it says `in_base`; what is in the base is itself reckoned on the net.

        NoFeeInCurrency.
        """
        rules = self._in_force(jurisdiction, product_class, on)
        inside = (self._amount(rule, net) for rule in rules if rule.in_base)
        base = net + total(inside, currency=net.currency)
        return tuple(self._line(rule, net if rule.in_base else base) for rule in rules)

    def _in_force(self, jurisdiction: str, product_class: ProductClass, on: date) -> list[TaxRule]:
        """One rule for each code: the one that began last."""
        latest: dict[str, TaxRule] = {}
        for rule in sorted(self.rules, key=lambda rule: rule.valid_from):
            here = rule.jurisdiction == jurisdiction and rule.product_class == product_class
            if here and rule.valid_from <= on:
                latest[rule.code] = rule
        return [rule for _, rule in sorted(latest.items()) if rule.valid_to is None or on < rule.valid_to]

    def _line(self, rule: TaxRule, base: Money) -> TaxLine:
        percent = str(rule.percent) if rule.percent is not None else None
        return TaxLine(rule.code, self._amount(rule, base), percent, rule.texts)

    def _amount(self, rule: TaxRule, base: Money) -> Money:
        if rule.percent is not None:
            return base.times(rule.percent / 100)
        own = base.currency == self.book
        flat = rule.flat_minor if own else rule.flat_others.get(base.currency)
        if flat is None:
            raise NoFeeInCurrency(f"{rule.code} in {base.currency}")
        return Money(flat, base.currency)

"""The built-in tax engine: a table of rules. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from yuanyou.catalog.rules import ProductClass, TaxLine, TaxRule
from yuanyou.kernel.money import Money, total


@dataclass(frozen=True, slots=True)
class RuleTable:
    """A `port.TaxEngine`. Each line is rounded half up by itself, so that the lines sum to the total."""

    rules: Sequence[TaxRule]

    def lines(
        self, net: Money, *, jurisdiction: str, product_class: ProductClass, on: date
    ) -> tuple[TaxLine, ...]:
        """A fee is not taxed unless it says `in_base`; what is in the base is itself reckoned on the net."""
        rules = self._in_force(jurisdiction, product_class, on)
        inside = (_amount(rule, net) for rule in rules if rule.in_base)
        base = net + total(inside, currency=net.currency)
        return tuple(_line(rule, net if rule.in_base else base) for rule in rules)

    def _in_force(self, jurisdiction: str, product_class: ProductClass, on: date) -> list[TaxRule]:
        """One rule for each code: the one that began last."""
        latest: dict[str, TaxRule] = {}
        for rule in sorted(self.rules, key=lambda rule: rule.valid_from):
            here = rule.jurisdiction == jurisdiction and rule.product_class == product_class
            if here and rule.valid_from <= on:
                latest[rule.code] = rule
        return [rule for _, rule in sorted(latest.items()) if rule.valid_to is None or on < rule.valid_to]


def _line(rule: TaxRule, base: Money) -> TaxLine:
    percent = str(rule.percent) if rule.percent is not None else None
    return TaxLine(rule.code, _amount(rule, base), percent, rule.texts)


def _amount(rule: TaxRule, base: Money) -> Money:
    if rule.percent is None:
        return Money(rule.flat_minor or 0, base.currency)
    return base.times(rule.percent / 100)

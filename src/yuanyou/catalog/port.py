"""What we need from whoever knows the taxes: the built-in table (`taxes.py`) or a company's service."""

from datetime import date
from typing import Protocol

from yuanyou.catalog.rules import ProductClass, TaxLine
from yuanyou.kernel.money import Money


class TaxEngine(Protocol):
    def lines(
        self, net: Money, *, jurisdiction: str, product_class: ProductClass, on: date
    ) -> tuple[TaxLine, ...]:
        """Every tax and fee on a net price, sold on a date of the seller's zone; in whole minor units."""

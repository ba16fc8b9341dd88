"""What a wallet gives first, and what taxes a refund returns: to the cent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yuanyou.kernel.money import Money
from yuanyou.payments.rules import taxes_back, wallet_share


def usd(minor: int) -> Money:
    return Money(minor, "USD")


@pytest.mark.parametrize(
    ("has", "owed", "part"),
    [
        (0, 2690, 0),
        (1000, 2690, 1000),
        (2590, 2690, 2590),  # leaves exactly the least
        (2600, 2690, 2590),  # would leave 90 cents
        (2690, 2690, 2690),
        (9999, 2690, 2690),
        (50, 80, 0),  # too little is owed to be shared
        (80, 80, 80),
    ],
)
def test_what_is_left_to_pay_is_nothing_or_enough(has: int, owed: int, part: int) -> None:
    assert wallet_share(usd(has), usd(owed), least=100) == usd(part)


TAXES = st.lists(st.integers(0, 500), max_size=4)


@given(st.integers(1, 5000), TAXES, st.lists(st.integers(1, 400), min_size=1, max_size=12))
def test_taxes_come_back_whole_over_any_parts(net: int, collected: list[int], parts: list[int]) -> None:
    taxes = [(f"t{n}", usd(minor)) for n, minor in enumerate(collected)]
    total = net + sum(collected)
    refunded, returned, net_back = 0, {code: 0 for code, _ in taxes}, 0
    for part in [*parts, total]:
        amount = min(part, total - refunded)
        if amount == 0:
            break
        shares = taxes_back(
            taxes, total=usd(total), refunded=refunded + amount, returned=returned, at_most=usd(amount)
        )
        assert all(share.minor >= 0 for _, share in shares)
        back = sum(share.minor for _, share in shares)
        assert back <= amount
        refunded, net_back = refunded + amount, net_back + amount - back
        for code, share in shares:
            returned[code] += share.minor
        assert net_back <= net
    if refunded == total:
        assert returned == {code: amount.minor for code, amount in taxes}
        assert net_back == net

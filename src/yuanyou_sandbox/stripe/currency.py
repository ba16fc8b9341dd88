"""Stripe's currencies: how amounts are counted, shown, and how small they may be.

Sources: docs.stripe.com/currencies (zero-decimal and three-decimal currencies, minimum charge amounts).
"""

from yuanyou_sandbox.stripe.errors import ApiError

ZERO_DECIMALS = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf"
THREE_DECIMALS = "bhd jod kwd omr tnd"
OTHERS = (
    "aed all amd ars aud bam bdt bgn brl cad chf cny cop crc czk dkk dop egp eur gbp gel gtq hkd hnl huf"
    " idr ils inr isk jmd kes kzt lak lkr mad mdl mkd mmk mop mur mvr mxn myr ngn nok npr nzd pen php pkr pln"
    " qar ron rsd sar sek sgd thb try twd tzs uah ugx usd uyu uzs zar"
)
ZERO_DECIMAL, THREE_DECIMAL = frozenset(ZERO_DECIMALS.split()), frozenset(THREE_DECIMALS.split())
KNOWN = ZERO_DECIMAL | THREE_DECIMAL | frozenset(OTHERS.split())
SMALLEST = {
    "aed": 200,
    "aud": 50,
    "cad": 50,
    "chf": 50,
    "czk": 1500,
    "dkk": 250,
    "eur": 50,
    "gbp": 30,
    "hkd": 400,
    "huf": 17500,
    "inr": 50,
    "jpy": 50,
    "mxn": 1000,
    "myr": 200,
    "nok": 300,
    "nzd": 50,
    "pln": 200,
    "ron": 200,
    "sek": 300,
    "sgd": 50,
    "thb": 1000,
    "usd": 50,
}
LARGEST = 99_999_999


def checked(currency: str, param: str) -> str:
    """The currency in lower case; ApiError for one Stripe does not know."""
    code = currency.lower()
    if code not in KNOWN:
        raise ApiError(f"Invalid currency: {code}", param=param)
    return code


def check_amount(amount: int, currency: str, param: str) -> None:
    """ApiError for less than the smallest or more than the largest charge."""
    if amount < SMALLEST.get(currency, 1):
        smallest = shown(SMALLEST.get(currency, 1), currency)
        raise ApiError(f"Amount must be at least {smallest}", code="amount_too_small", param=param)
    if amount > LARGEST:
        largest = shown(LARGEST, currency)
        raise ApiError(f"Amount must be no more than {largest}", code="amount_too_large", param=param)


def shown(amount: int, currency: str) -> str:
    """As people read it, with the ISO code: `USD 12.00`."""
    digits = 0 if currency in ZERO_DECIMAL else 3 if currency in THREE_DECIMAL else 2
    sign = "-" if amount < 0 else ""
    whole, part = divmod(abs(amount), 10**digits)
    tail = f".{part:0{digits}}" if digits else ""
    return f"{currency.upper()} {sign}{whole:,}{tail}"

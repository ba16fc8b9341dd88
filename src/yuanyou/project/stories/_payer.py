"""A customer with one line who pays for it again and again, each time in another way."""

import re
import time
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

from yuanyou.project.steps import NotAsTold
from yuanyou.project.stories._visitor import Visitor

GOOD_CARD, NO_MONEY, ASKS_THE_BANK = "4242424242424242", "4000000000009995", "4000002500003155"
CARD, PAYPAL = "stripe:card", "paypal:paypal"
ALIPAY, WECHAT = "alipay:alipay", "wechat:wechat_pay"


@dataclass(slots=True)
class Payer:
    """Somebody who renews one line again and again."""

    visitor: Visitor
    line: str
    _pressed: float = 0

    def choose(self, **how: str) -> None:
        """Send the renewal form; the provider's page, or the order's where nothing else is to be done."""
        self._pressed = time.perf_counter()
        # The way to pay decides the currency: the page is looked at with it chosen.
        page = self.visitor.go(f"{self.line}?{urlencode(how)}")
        # Renewing the same again within minutes is asked about; this story means it.
        page.send(having="plan", again="1", **how)

    def press(self, **how: str) -> None:
        """The last button on the provider's page."""
        self._pressed = time.perf_counter()
        self.visitor.send(having=next(iter(how)), **how)

    def press_in_wechat(self) -> None:
        """WeChat's page opens the app, where it is paid; the browser behind it goes back to ours."""
        back = parse_qs(urlsplit(self.visitor.url).query)["redirect_url"][0]
        self.visitor.go(urljoin(self.visitor.url, self.visitor.link(r"[^\"]*/cashier/[^\"]+")))
        self.press(action="pay")
        self.visitor.go(back)

    def renewed(self, *words: str) -> float:
        """The seconds from the last press until the order's page says so; it must name how it was paid."""
        self.visitor.wait_until_it_says("Renewed")
        took = time.perf_counter() - self._pressed
        self.visitor.must_say(*words)
        return took

    def kept(self) -> str:
        """What the form sends for the kept card."""
        offered = self.visitor.go(self.line).form("method").choices["method"]
        found = next((code for code in offered if code.startswith("kept:")), None)
        if found is None:
            raise NotAsTold(f"no kept card is offered, but {offered}")
        return found

    def declined_then_by_paypal(self) -> None:
        self.choose(method=CARD)
        self.visitor.send(having="card", card=NO_MONEY, action="pay")
        self.visitor.send(having="action", action="leave")
        self.visitor.must_say("There is not enough money", "Nothing was taken", "Link to pay later")
        order = self.visitor.url
        self.visitor.send(having="method", method=PAYPAL)
        self.press(funding="balance", action="pay")
        self.renewed("PayPal")
        if self.visitor.url != order:
            raise NotAsTold(f"{order} became {self.visitor.url}")

    @property
    def order(self) -> str:
        """The reference of the order whose page is open."""
        found = re.search(r"/orders/(ord_[^/]+)/", self.visitor.url)
        if found is None:
            raise NotAsTold(f"{self.visitor.url} is no order's page")
        return found[1]

    def fill_wallet(self, amount: str) -> None:
        """By card, in whole units."""
        self.visitor.go("/top-up/").send(having="amount", amount=amount, method=CARD)
        self.visitor.send(having="card", card=GOOD_CARD, action="pay")
        self.visitor.wait_until_it_says("The money is in your wallet")

"""Who runs this installation and how people reach them: the one place every page takes it from."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from django.conf import settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """The company customers deal with. Phones in E.164; hours are wall-clock times in `zone`, every day."""

    name: str
    phone: str
    email: str
    wechat: str
    telegram: str
    whatsapp: str
    opens: time
    closes: time
    zone: str
    demo: bool

    def hours(self, now: datetime) -> tuple[datetime, datetime]:
        """Today's opening hours; where they close after midnight, the end is tomorrow."""
        here = ZoneInfo(self.zone)
        today = now.astimezone(here).date()
        start = datetime.combine(today, self.opens, here)
        end = datetime.combine(today, self.closes, here)
        return start, end if end > start else end + timedelta(days=1)


@cache
def operator() -> Operator:
    """This installation's operator. Contacts that a demo needs no company for are the demo's."""
    config = settings.CONFIG
    return Operator(
        name=config.operator_name,
        phone="+19175550100",
        email=config.mail_from,
        wechat="yuanyou-care",
        telegram="yuanyou_care",
        whatsapp="+19175550100",
        opens=time(8),
        closes=time(),
        zone=config.books_zone,
        demo=config.env != "production",
    )

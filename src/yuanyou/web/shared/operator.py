"""Who runs this installation and how people reach them: the one place every page takes it from."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """The company customers deal with. Phones in E.164; a contact it does not have is empty."""

    name: str
    phone: str
    email: str
    wechat: str
    telegram: str
    whatsapp: str
    opens: timedelta
    closes: timedelta
    """Of every day, from midnight in `zone`; before `opens` means on the next day."""
    zone: str
    demo: bool

    def hours(self, now: datetime) -> tuple[datetime, datetime]:
        """The opening hours of the day that `now` is in."""
        here = ZoneInfo(self.zone)
        midnight = now.astimezone(here).replace(hour=0, minute=0, second=0, microsecond=0)
        closes = self.closes if self.closes > self.opens else self.closes + timedelta(days=1)
        return midnight + self.opens, midnight + closes


def operator() -> Operator:
    """This installation's operator."""
    config = settings.CONFIG
    opens, closes = (_since_midnight(text) for text in config.support_hours.split("-"))
    return Operator(
        name=config.operator_name,
        phone=config.support_phone,
        email=config.mail_from,
        wechat=config.support_wechat,
        telegram=config.support_telegram,
        whatsapp=config.support_whatsapp,
        opens=opens,
        closes=closes,
        zone=config.books_zone,
        demo=config.env != "production",
    )


def _since_midnight(text: str) -> timedelta:
    hours, minutes = text.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))

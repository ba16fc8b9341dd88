"""`{{ promises.grace|days }}`: 3 days, 2 to 3 days, up to 3 days; also for a plain number."""

from collections.abc import Iterable, Sequence

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from yuanyou.web.site.promises import Span

register = template.Library()


@register.filter
def days(number: Span | int) -> str:
    span = number if isinstance(number, Span) else Span(number, number)
    if span.least == span.most:
        return ngettext("%(days)s day", "%(days)s days", span.most) % {"days": span.most}
    if span.least == 0:
        return ngettext("up to %(days)s day", "up to %(days)s days", span.most) % {"days": span.most}
    return _("%(least)s to %(most)s days") % {"least": span.least, "most": span.most}


@register.filter
def percent(number: Span | int) -> str:
    """`10%`; of a span, the least, which every plan grants."""
    return _("%(percent)s%%") % {"percent": number.least if isinstance(number, Span) else number}


@register.filter
def joined(words: Iterable[object]) -> str:
    """`Japan, Korea`, `日本、韩国`."""
    return pgettext("between items of a list", ", ").join(str(word) for word in words)


@register.filter
def listed(numbers: Sequence[int]) -> str:
    """`7, 3 and 1`."""
    *head, last = numbers
    return _("%(numbers)s and %(last)s") % {"numbers": joined(head), "last": last} if head else str(last)

"""What the console's templates need besides `yuanyou`: {% load console %}

{% console_nav %}            the pages that whoever looks may open
{{ refund|refund_chip }}     a refund's state as a chip; the same for disputes: {{ dispute|dispute_chip }}
{% wish_chip wish.state %}   the same for what the carrier was asked; {{ wish.kind|wish_kind }} in words
"""

from typing import Any

from django import template
from django.utils.translation import gettext_lazy as _

from yuanyou.identity.rules import Role
from yuanyou.web.console import money_words, network_words
from yuanyou.web.shared.templatetags.yuanyou import chip

register = template.Library()
PAGES = (
    ("console:today", _("Today"), (Role.VIEWER,)),
    ("console:refunds", _("Refunds"), (Role.SUPPORT, Role.FINANCE)),
    ("console:disputes", _("Disputes"), (Role.SUPPORT, Role.FINANCE)),
    ("console:reconciliation", _("Reconciliation"), (Role.FINANCE,)),
    ("console:books", _("Books"), (Role.FINANCE,)),
    ("console:log", _("Audit log"), (Role.ADMIN,)),
)


@register.inclusion_tag("console/_nav.html", takes_context=True)
def console_nav(context: template.Context) -> dict[str, Any]:
    """The console's pages, without those that this role cannot open."""
    request = context["request"]
    staff = request.staff
    open_ = [(url, name) for url, name, roles in PAGES if any(staff.may_act_as(role) for role in roles)]
    return {"pages": open_, "here": request.resolver_match.view_name}


@register.inclusion_tag("shared/_state.html")
def refund_chip(state: str, why_failed: str | None = None) -> dict[str, Any]:
    return chip(*money_words.refund_state(state, why_failed))


@register.inclusion_tag("shared/_state.html")
def dispute_chip(state: str) -> dict[str, Any]:
    return chip(*money_words.DISPUTE_STATES[state])


@register.inclusion_tag("shared/_state.html")
def wish_chip(state: str) -> dict[str, Any]:
    return chip(*network_words.STATES[state])


@register.filter
def wish_kind(kind: str) -> str:
    return network_words.kind(kind)

"""Who may open a page: a signed-in customer, or staff with a role and a second factor.

@customer_required
def home(request: CustomerRequest) -> HttpResponse: ...

@staff_required(Role.FINANCE)
def books(request: StaffRequest) -> HttpResponse: ...

@staff_required(Role.SUPPORT, Role.FINANCE)   either of them
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlsplit

from allauth.account.authentication import get_authentication_records
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import resolve_url
from django.views.decorators.cache import never_cache

from yuanyou.identity import queries
from yuanyou.identity.models import Account
from yuanyou.identity.queries import Person, Staff
from yuanyou.identity.rules import Role

P = ParamSpec("P")
CUSTOMER_SIGN_IN = "account_login"
STAFF_SIGN_IN = "staff_sign_in"


class CustomerRequest(HttpRequest):
    """A request whose sender is a customer."""

    user: Account
    customer: Person


class StaffRequest(HttpRequest):
    """A request whose sender works here and has shown a second factor."""

    user: Account
    staff: Staff


Guarded = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def customer_required(view: Callable[Concatenate[CustomerRequest, P], HttpResponseBase]) -> Guarded[P]:
    """Sets `request.customer`. Strangers go to sign in and come back; staff are refused (403)."""

    @wraps(view)
    @never_cache
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _to_sign_in(request, CUSTOMER_SIGN_IN)
        customer = queries.customer_of(request.user.pk)
        if customer is None:
            raise PermissionDenied("not a customer's account")
        known = cast(CustomerRequest, request)
        known.customer = customer
        return view(known, *args, **kwargs)

    return guarded


def staff_required(
    *roles: Role,
) -> Callable[[Callable[Concatenate[StaffRequest, P], HttpResponseBase]], Guarded[P]]:
    """Sets `request.staff`, who may act as one of the roles; without one, everybody who works here may.

    Customers, other roles and sessions without a second factor are refused (403).
    """
    needed = roles or (Role.VIEWER,)

    def decorator(view: Callable[Concatenate[StaffRequest, P], HttpResponseBase]) -> Guarded[P]:
        @wraps(view)
        @never_cache
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _to_sign_in(request, STAFF_SIGN_IN)
            staff = queries.staff_of(request.user.pk)
            may = staff is not None and any(staff.may_act_as(role) for role in needed)
            if staff is None or not may or not has_second_factor(request):
                raise PermissionDenied("not for this account")
            known = cast(StaffRequest, request)
            known.staff = staff
            return view(known, *args, **kwargs)

        return guarded

    return decorator


def has_second_factor(request: HttpRequest) -> bool:
    """Whether this session was opened with a TOTP or a recovery code."""
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user))


def _to_sign_in(request: HttpRequest, url_name: str) -> HttpResponse:
    """To the sign-in page, to return to the page the person was looking at."""
    seen_by_htmx = request.headers.get("HX-Current-URL")
    if seen_by_htmx:
        place = urlsplit(seen_by_htmx)
        target = redirect_to_login(f"{place.path}?{place.query}".rstrip("?"), resolve_url(url_name)).url
        return HttpResponse(headers={"HX-Redirect": target})
    page = request.get_full_path() if request.method == "GET" else "/"
    return redirect_to_login(page, resolve_url(url_name))

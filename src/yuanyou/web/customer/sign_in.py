"""Pages about signing in: passkeys, and signing in again before changing how one signs in."""

import ipaddress
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.utils import passthrough_next_redirect_url
from allauth.account.views import LoginView
from allauth.mfa.webauthn.internal import auth as webauthn
from allauth.mfa.webauthn.views import AddWebAuthnView, ListWebAuthnView
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods


def passkeys_work(request: HttpRequest) -> bool:
    """Browsers offer passkeys to names only: not to a site opened by its IP address."""
    host = request.get_host().rpartition(":")[0] or request.get_host()
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return True
    return False


class SignInView(LoginView):  # type: ignore[misc]  # allauth is untyped
    """An e-mail address, or a passkey."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().get_context_data(**kwargs)
        return found | {"passkeys_work": passkeys_work(self.request)}


class PasskeysView(ListWebAuthnView):  # type: ignore[misc]  # allauth is untyped
    """The passkeys of this customer."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().get_context_data(**kwargs)
        return found | {"passkeys_work": passkeys_work(self.request)}


class AddPasskeyView(AddWebAuthnView):  # type: ignore[misc]  # allauth is untyped
    """Make a passkey that signs in by itself: kept on the device, opened by face, finger or PIN."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().get_context_data(**kwargs)
        options = webauthn.begin_registration(self.request.user, passwordless=True)
        return found | {"creation_options": options}


@login_required
@require_http_methods(["GET", "POST"])
def sign_in_again(request: HttpRequest) -> HttpResponse:
    """Before a way in is changed: sign out, sign in, and come back to the page."""
    if request.method == "GET":
        return render(request, "account/reauthenticate.html", {"next": request.GET.get("next", "")})
    door = "staff_sign_in" if request.user.is_staff else "account_login"
    back = passthrough_next_redirect_url(request, reverse(door), REDIRECT_FIELD_NAME)
    get_adapter().logout(request)
    return HttpResponseRedirect(back)

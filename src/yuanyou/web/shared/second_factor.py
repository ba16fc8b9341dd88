"""The two steps that stand between a staff password and the console: set a second factor up, or show it.

Both run before there is a session (allauth's login stages), so a password alone opens nothing.
"""

from allauth.account.stages import LoginStage
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.totp.internal.auth import TOTP, clear_totp_secret
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from yuanyou.identity.models import Account

Handled = tuple[HttpResponse | None, bool]
"""What to show instead of going on, and whether the sign-in is still alive."""


class SetUpStage(LoginStage):  # type: ignore[misc]  # allauth is untyped
    """Staff without TOTP set it up now."""

    key = "staff_set_up"
    urlname = "staff_set_up"

    def handle(self) -> Handled:
        user = self.login.user
        if user is None or not user.is_staff or has_totp(user):
            return None, True
        return HttpResponseRedirect(reverse(self.urlname)), True


class AskStage(AuthenticateStage):  # type: ignore[misc]  # allauth is untyped
    """Staff show a TOTP or a recovery code."""

    def handle(self) -> Handled:
        user = self.login.user
        if user is None or not user.is_staff:
            return None, True
        return HttpResponseRedirect(reverse(self.urlname)), True


def has_totp(user: Account) -> bool:
    """Whether this member of staff has an authenticator app."""
    found: bool = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()
    return found


def set_up(request: HttpRequest, stage: SetUpStage, secret: str) -> None:
    """Keep a secret that was just proven, make recovery codes, and count the proof as shown."""
    user = stage.login.user
    with transaction.atomic():
        totp = TOTP.activate(user, secret).instance
        RecoveryCodes.activate(user)
    clear_totp_secret(request)
    post_authentication(request, totp)
    stage.controller.set_handled(AskStage.key)


def unused_recovery_codes(user: Account) -> list[str]:
    """What is left of the codes that replace the authenticator app once each."""
    kept = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    codes: list[str] = RecoveryCodes(kept).get_unused_codes() if kept else []
    return codes

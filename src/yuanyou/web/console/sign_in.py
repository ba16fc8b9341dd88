"""How staff sign in: password, then TOTP; the first time, TOTP is set up before anything opens."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import LoginForm
from allauth.account.internal.decorators import login_stage_required
from allauth.account.views import LoginView, PasswordChangeView
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.totp.forms import ActivateTOTPForm
from django.db import transaction
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe
from django.views.generic.edit import FormView

from yuanyou.identity.models import Account
from yuanyou.web.shared import second_factor
from yuanyou.web.shared.access import StaffRequest, staff_required
from yuanyou.web.shared.sign_in import STAFF_HOME, record_of_oneself


class StaffSignInForm(LoginForm):  # type: ignore[misc]  # allauth is untyped
    """Address and password of a member of staff; a customer's account is refused like a wrong password."""

    user: Account | None

    def _setup_password_field(self) -> None:
        """Keep the field that allauth drops because customers have no password."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if self.user is not None and not self.user.is_staff:
            raise get_adapter().validation_error("email_password_mismatch")
        return cleaned


class StaffSignInView(LoginView):  # type: ignore[misc]  # allauth is untyped
    """The staff door."""

    template_name = "console/sign_in.html"

    def get_form_class(self) -> type[StaffSignInForm]:
        return StaffSignInForm

    def get_default_success_url(self) -> str:
        return STAFF_HOME


@method_decorator(
    login_stage_required(stage=second_factor.SetUpStage.key, redirect_urlname="staff_sign_in"),
    name="dispatch",
)
class SetUpView(FormView):  # type: ignore[type-arg]  # allauth's form is untyped
    """Scan the code, type what the authenticator shows; recovery codes follow."""

    template_name = "console/second_factor_set_up.html"
    form_class = ActivateTOTPForm

    @property
    def stage(self) -> second_factor.SetUpStage:
        stage: second_factor.SetUpStage = self.request._login_stage  # type: ignore[attr-defined]
        return stage

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.stage.login.user}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_context_data(**kwargs)
        secret: str = found["form"].secret
        url = get_mfa_adapter().build_totp_url(self.stage.login.user, secret)
        return found | {"secret": secret, "url": url}

    def form_valid(self, form: ActivateTOTPForm) -> HttpResponse:
        stage = self.stage
        with transaction.atomic():
            second_factor.set_up(self.request, stage, form.secret)
            record_of_oneself(stage.login.user, "second_factor_set_up")
        get_adapter(self.request).send_notification_mail("mfa/email/totp_activated", stage.login.user)
        stage.login.redirect_url = reverse("staff_recovery_codes")
        entered: HttpResponse = stage.exit()
        return entered


@staff_required()
@require_safe
def recovery_codes(request: StaffRequest) -> HttpResponse:
    """What to write down in case the authenticator is lost; shown for a while after signing in."""
    get_adapter(request).is_reauthentication_required()
    codes = second_factor.unused_recovery_codes(request.user)
    return render(request, "console/recovery_codes.html", {"codes": codes, "home": STAFF_HOME})


class PasswordView(PasswordChangeView):  # type: ignore[misc]  # allauth is untyped
    """A new password for oneself."""

    template_name = "console/password.html"
    success_url = STAFF_HOME

    def form_valid(self, form: Form) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        record_of_oneself(self.request.user, "password_changed")
        return answer


@staff_required()
def password(request: StaffRequest) -> HttpResponse:
    """The password page, for staff only."""
    changed: HttpResponse = PasswordView.as_view()(request)
    return changed

"""How allauth signs people in here: what differs between a customer and a member of staff.

Customers sign in by e-mail code or passkey and never need a message to the line they renew; staff by
password and a second factor. Neither can come in by the other's door (Law 22).
"""

import logging
import smtplib
import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.account.utils import passthrough_next_redirect_url
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from yuanyou.flows import acts
from yuanyou.identity import actions, queries, rules, seal
from yuanyou.identity.models import Account
from yuanyou.web.shared.address import client_address
from yuanyou.web.shared.context import viewer_zone
from yuanyou.web.shared.devices import device_name

log = logging.getLogger(__name__)

FRESH_SECONDS = 15 * 60
"""How long after signing in a person may change how they sign in without doing it again."""
STAFF_HOME = "/console/"
STAFF_SESSION_SECONDS = 12 * 60 * 60
"""A working day; a customer stays signed in for SESSION_COOKIE_AGE."""


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    """Our answers to allauth's questions about accounts."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "incorrect_code": _("That is not the code we sent. Check the newest e-mail and try again."),
        "too_many_login_attempts": _("Too many tries. Wait a few minutes, then ask for a new code."),
        "email_password_mismatch": _("The e-mail address or the password is not right."),
    }

    def get_client_ip(self, request: HttpRequest) -> str:
        """Whose tries are counted, and what the list of devices shows."""
        return client_address(request)

    def clean_email(self, email: str) -> str:
        try:
            return rules.normalise_email(email)
        except rules.BadEmail:
            raise ValidationError(_("This is not an e-mail address.")) from None

    def save_user(self, request: HttpRequest, user: Account, form: BaseForm, commit: bool = True) -> Account:  # noqa: FBT001, FBT002  allauth's signature
        """Make the account and its customer together: nobody has one without the other."""
        with transaction.atomic():
            saved: Account = super().save_user(request, user, form, commit)
            actions.place(
                saved.pk,
                language=get_language() or settings.LANGUAGE_CODE,
                zone=viewer_zone(request) or settings.CONFIG.books_zone,
                cell=rules.choose_cell(settings.CONFIG.cells, saved.pk),
            )
        return saved

    def get_login_stages(self) -> list[str]:
        """A customer's passkey is a way in, not a second factor; staff always need a second one."""
        return [
            "allauth.account.stages.LoginByCodeStage",
            "allauth.account.stages.EmailVerificationStage",
            "yuanyou.web.shared.second_factor.SetUpStage",
            "yuanyou.web.shared.second_factor.AskStage",
        ]

    def pre_login(self, request: HttpRequest, user: Account, **kwargs: Any) -> HttpResponse | None:
        methods = {record["method"] for record in get_authentication_records(request, user)}
        if user.is_staff != ("password" in methods):
            raise PermissionDenied("this account signs in elsewhere")
        refused: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return refused

    def post_login(self, request: HttpRequest, user: Account, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        if user.is_staff:
            request.session.set_expiry(STAFF_SESSION_SECONDS)
            record_of_oneself(user, "sign_in")
        customer = queries.customer_of(user.pk)
        if customer:
            remember_language(response, customer.language)
        return response

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return STAFF_HOME if request.user.is_staff else str(super().get_login_redirect_url(request))

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        return self.get_login_redirect_url(request)

    def is_reauthentication_required(self, **_about: Any) -> bool:
        """Ways in can be changed for a while after signing in; later, one signs in again first (P19)."""
        request = context.request
        records = get_authentication_records(request, request.user)
        if not any(time.time() - record["at"] < FRESH_SECONDS for record in records):
            raise ReauthenticationRequired
        return False

    def get_reauthentication_methods(self, _user: Account) -> list[dict[str, Any]]:
        """One: sign in again."""
        return [{"id": "sign_in_again", "url": reverse("account_reauthenticate")}]

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send now: a code is waited for. When the mail server is down, say so instead of failing."""
        if "signup_url" in context:
            context["signup_url"] = _link_that_returns(self.request, "account_signup")
        try:
            super().send_mail(template_prefix, email, context)
        except (OSError, smtplib.SMTPException):
            log.exception("sign-in mail could not be sent")
            raise ImmediateHttpResponse(render(self.request, "account/mail_down.html", status=503)) from None

    def send_account_already_exists_mail(self, email: str) -> None:
        sign_in = _link_that_returns(context.request, "account_login")
        self.send_mail("account/email/account_already_exists", email, {"sign_in_url": sign_in})

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Account,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell every address of the account, a removed one too: no change in silence (P19)."""
        addresses = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
        removed = (context or {}).get("deleted_email")
        for address in {*addresses, email, removed} - {None}:
            super().send_notification_mail(template_prefix, user, context, address)

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        had_others = EmailAddress.objects.filter(user=email_address.user, verified=True).exists()
        confirmed: bool = super().confirm_email(request, email_address)
        if confirmed and had_others:
            self.send_notification_mail(
                "account/email/email_added", email_address.user, {"added": email_address.email}
            )
        return confirmed


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth is untyped
    """Secrets of second factors are stored sealed; the operator's name is what an authenticator shows."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("That did not match. Please try again."),
    }

    def encrypt(self, text: str) -> str:
        return seal.seal(seal.SIGN_IN, text.encode()).hex()

    def decrypt(self, encrypted_text: str) -> str:
        return seal.open_(seal.SIGN_IN, bytes.fromhex(encrypted_text)).decode()

    def generate_authenticator_name(self, *_about: Any) -> str:
        """A passkey is named after the device it was made on, unless its owner says otherwise."""
        return device_name(context.request.headers.get("User-Agent", ""))

    def get_totp_issuer(self) -> str:
        name: str = settings.CONFIG.operator_name
        return name

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return entity | {"name": settings.CONFIG.operator_name}

    def get_public_key_credential_user_entity(self, user: Account) -> dict[str, Any]:
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return entity | {"display_name": entity["name"]}


def _link_that_returns(request: HttpRequest, name: str) -> str:
    """A link for an e-mail that, once followed, still ends where the person was going."""
    path = passthrough_next_redirect_url(request, reverse(name), REDIRECT_FIELD_NAME)
    return request.build_absolute_uri(path)


def record_of_oneself(user: Account, verb: str) -> None:
    """What a member of staff did with their own way in; it needs no reason."""
    staff = queries.staff_of(user.pk)
    if staff is not None:
        acts.record(
            actor_id=staff.id,
            verb=verb,
            subject=f"staff:{staff.id}",
            reason="",
            facts={},
            now=settings.CLOCK.now(),
        )


def remember_language(response: HttpResponse, language: str) -> None:
    """The pages that follow are in this language, also after signing out."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.SESSION_COOKIE_AGE,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )

"""Forms to sign in and up: allauth's, with our spelling of addresses and codes."""

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.forms import (
    AddEmailForm,
    ConfirmEmailVerificationCodeForm,
    ConfirmLoginCodeForm,
    LoginForm,
    SignupForm,
)
from allauth.account.internal import flows
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AddWebAuthnForm, LoginWebAuthnForm
from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from yuanyou.identity import rules
from yuanyou.identity.models import Account


class EmailInput(forms.CharField):
    """An address as people type it: any case, full-width letters from a Chinese keyboard."""

    def __init__(self, *, autocomplete: str) -> None:
        attrs = {
            "autocomplete": autocomplete,
            "inputmode": "email",
            "autocapitalize": "none",
            "spellcheck": "false",
        }
        super().__init__(label=_("E-mail"), max_length=rules.EMAIL_LENGTH_MAX, widget=forms.TextInput(attrs))

    def clean(self, value: Any) -> str:
        try:
            return rules.normalise_email(super().clean(value))
        except rules.BadEmail:
            raise ValidationError(_("This is not an e-mail address.")) from None


class SignInForm(LoginForm):  # type: ignore[misc]  # allauth is untyped
    """An address to send a code to. For a member of staff no code is made, as for a stranger."""

    user: Account | None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = EmailInput(autocomplete="username")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if self.user is not None and self.user.is_staff:
            self.user = None
        return cleaned


class SignUpForm(SignupForm):  # type: ignore[misc]  # allauth is untyped
    """An address; the account and its customer follow from it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"] = EmailInput(autocomplete="email")

    def save(self, request: HttpRequest) -> Account:
        with transaction.atomic():
            account: Account = super().save(request)
        return account

    def try_save(self, request: HttpRequest) -> tuple[Account | None, HttpResponse | None]:
        try:
            saved: tuple[Account | None, HttpResponse | None] = super().try_save(request)
            return saved
        except IntegrityError:  # the same person, twice at once: the second is told by e-mail
            return None, flows.signup.prevent_enumeration(request, email=self.cleaned_data["email"])


class _Code(forms.Form):
    """A code as people type it: with spaces, or full-width digits."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        attrs = {"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": 16}
        self.fields["code"] = forms.CharField(label=_("Code"), max_length=16, widget=forms.TextInput(attrs))

    def clean_code(self) -> str:
        self.cleaned_data["code"] = unicodedata.normalize("NFKC", self.cleaned_data["code"])
        code: str = super().clean_code()  # type: ignore[misc]  # of the allauth form it is mixed into
        return code


class SignInCodeForm(_Code, ConfirmLoginCodeForm):  # type: ignore[misc]  # allauth is untyped
    """The code that signs in."""


class AddressCodeForm(_Code, ConfirmEmailVerificationCodeForm):  # type: ignore[misc]  # allauth is untyped
    """The code that proves an address."""


class AddAddressForm(AddEmailForm):  # type: ignore[misc]  # allauth is untyped
    """Another address to be reached at and to sign in with."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"] = EmailInput(autocomplete="email")


class PasskeyForm(AddWebAuthnForm):  # type: ignore[misc]  # allauth is untyped
    """What the browser made, and a name for it. Always one that signs in by itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["passwordless"]
        self.fields["name"].label = _("Name of this passkey")
        self.fields["name"].max_length = 40

    def clean(self) -> dict[str, Any]:
        with _malformed_is_wrong():
            cleaned: dict[str, Any] = super().clean()
        return cleaned


class PasskeySignInForm(LoginWebAuthnForm):  # type: ignore[misc]  # allauth is untyped
    """What a passkey answered."""

    def clean_credential(self) -> Authenticator:
        with _malformed_is_wrong():
            return super().clean_credential()


@contextmanager
def _malformed_is_wrong() -> Iterator[None]:
    """What no browser sends is refused like a wrong answer; allauth lets some of it through as errors."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError):
        raise get_adapter().validation_error("incorrect_code") from None

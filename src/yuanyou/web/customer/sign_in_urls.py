"""Addresses of everything about a customer's sign-in; allauth finds its pages by these names."""

from allauth.account import views as account
from allauth.mfa.webauthn import views as webauthn
from allauth.usersessions import views as sessions
from django.urls import path

from yuanyou.web.customer import account as own
from yuanyou.web.customer import sign_in
from yuanyou.web.shared.access import customer_required

urlpatterns = [
    path("sign-in/", sign_in.SignInView.as_view(), name="account_login"),
    path("sign-in/", sign_in.SignInView.as_view(), name="account_request_login_code"),
    path("sign-in/code/", account.confirm_login_code, name="account_confirm_login_code"),
    path("sign-in/passkey/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path("sign-in/closed/", account.account_inactive, name="account_inactive"),
    path("sign-up/", account.signup, name="account_signup"),
    path("account/", own.overview, name="account"),
    path("account/preferences/", own.preferences, name="account_preferences"),
    path("account/sign-out/", account.logout, name="account_logout"),
    path("account/again/", sign_in.sign_in_again, name="account_reauthenticate"),
    path("account/addresses/", customer_required(account.email), name="account_email"),
    path("account/addresses/code/", account.email_verification_sent, name="account_email_verification_sent"),
    path("account/devices/", customer_required(sessions.list_usersessions), name="usersessions_list"),
    path("account/passkeys/", customer_required(sign_in.PasskeysView.as_view()), name="mfa_list_webauthn"),
    path("account/passkeys/", customer_required(sign_in.PasskeysView.as_view()), name="mfa_index"),
    path(
        "account/passkeys/add/", customer_required(sign_in.AddPasskeyView.as_view()), name="mfa_add_webauthn"
    ),
    path(
        "account/passkeys/<int:pk>/remove/",
        customer_required(webauthn.remove_webauthn),
        name="mfa_remove_webauthn",
    ),
]

"""Addresses of the staff's sign-in."""

from allauth.mfa.base.views import authenticate
from django.urls import path

from yuanyou.web.console import sign_in

urlpatterns = [
    path("staff/sign-in/", sign_in.StaffSignInView.as_view(), name="staff_sign_in"),
    path("staff/sign-in/code/", authenticate, name="mfa_authenticate"),
    path("staff/sign-in/set-up/", sign_in.SetUpView.as_view(), name="staff_set_up"),
    path("staff/recovery-codes/", sign_in.recovery_codes, name="staff_recovery_codes"),
    path("staff/password/", sign_in.password, name="account_change_password"),
]

"""Staff at the door: a password, then what their authenticator shows."""

from allauth.mfa.totp.internal import auth as totp
from django.test import Client
from django.urls import reverse

from tests.people import STAFF_PASSWORD
from yuanyou.identity.models import Account


def type_password(client: Client, email: str, password: str = STAFF_PASSWORD, next_: str = "") -> str:
    """Where the staff door leads after this password; the page itself when it is refused."""
    answer = client.post(reverse("staff_sign_in"), {"login": email, "password": password, "next": next_})
    return answer["Location"] if answer.status_code == 302 else answer.content.decode()


def shown_now(secret: str, *, periods_later: int = 0) -> str:
    """What an authenticator with this secret shows."""
    counter = list(totp.yield_hotp_counters_from_time())[1] + periods_later
    return totp.format_hotp_value(totp.hotp_value(secret, counter))


def set_up_second_factor(client: Client, email: str) -> str:
    """Sign in for the first time; the secret the authenticator keeps."""
    assert type_password(client, email) == reverse("staff_set_up")
    client.get(reverse("staff_set_up"))
    secret: str = client.session[totp.SECRET_SESSION_KEY]
    answer = client.post(reverse("staff_set_up"), {"code": shown_now(secret)})
    assert answer["Location"] == reverse("staff_recovery_codes"), answer.content.decode()
    return secret


def sign_in(client: Client, email: str) -> None:
    """A signed-in session with a second factor, without going through the door."""
    account = Account.objects.get(email=email)
    client.force_login(account)
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "at": 0}]
    session["account_authentication_methods_user"] = str(account.pk)
    session.save()

"""Every write to identity's tables, and to allauth's directory of sign-in addresses.

The caller owns the transaction. Addresses are normalised here (`rules.BadEmail`).
"""

from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from yuanyou.identity import rules, seal
from yuanyou.identity.models import Account, Contact, Customer, StaffMember
from yuanyou.kernel.redact import redact


class EmailTaken(Exception):
    """Another account already signs in with this address."""


class NoSuchStaff(Exception):
    """No member of staff signs in with this address."""


def register(email: str, *, language: str, zone: str, cell: int) -> Customer:
    """A new customer whose address is already known to be theirs. EmailTaken, BadEmail."""
    account = _new_account(email, kind=Account.CUSTOMER)
    return place(account.pk, language=language, zone=zone, cell=cell)


def place(account_id: int, *, language: str, zone: str, cell: int) -> Customer:
    """Make the customer of an account and say in which cell everything they own will live.

    Harmless to repeat: a customer never moves by being placed again.
    """
    return Customer.objects.get_or_create(
        account_id=account_id, defaults={"cell": cell, "language": language, "zone": zone}
    )[0]


def add_walk_in(*, name: str, language: str, zone: str, cell: int) -> Customer:
    """A customer without a sign-in."""
    return Customer.objects.create(cell=cell, name=name, language=language, zone=zone)


def add_contact(customer_id: int, kind: str, value: str, *, verified_at: datetime | None = None) -> Contact:
    """A place to reach the customer besides the addresses they sign in with; harmless to repeat."""
    value = rules.normalise_email(value) if kind == "email" else value
    return Contact.objects.update_or_create(
        customer_id=customer_id, kind=kind, value=value, defaults={"verified_at": verified_at}
    )[0]


def remove_contact(customer_id: int, contact_id: int) -> None:
    """Forget one of this customer's contacts; another customer's is left alone."""
    Contact.objects.filter(pk=contact_id, customer_id=customer_id).delete()


def set_preferences(customer_id: int, *, name: str, language: str, zone: str) -> None:
    """How the customer is called, the language we speak to them, the zone their pages show."""
    Customer.objects.filter(pk=customer_id).update(name=redact(name), language=language, zone=zone)


def create_staff(email: str, *, name: str, role: rules.Role, password: str) -> StaffMember:
    """Somebody for the console; TOTP is set up at the first sign-in. EmailTaken, BadEmail."""
    account = _new_account(email, kind=Account.STAFF, password=password)
    return StaffMember.objects.create(account=account, name=name, role=role)


def reset_staff(email: str, *, password: str) -> StaffMember:
    """A new password and no second factor: it is set up again at the next sign-in. NoSuchStaff."""
    staff = (
        StaffMember.objects.select_related("account")
        .filter(account__email=email.strip().lower(), account__kind=Account.STAFF)
        .first()
    )
    if staff is None:
        raise NoSuchStaff(email)
    account = staff.account
    account.set_password(password)
    account.save(update_fields=["password"])
    Authenticator.objects.filter(user=account).delete()
    _end_sessions(account.pk)
    return staff


def close_account(account_id: int) -> None:
    """Nobody signs in with this account from now on, and whoever is signed in is signed out."""
    Account.objects.filter(pk=account_id).update(is_active=False)
    _end_sessions(account_id)


def erase(customer_id: int, *, now: datetime) -> None:
    """Forget a person (Law 23): destroy the key of what is sealed for them and their directory rows.

    The customer's id stays, because books, history and audit name it.
    """
    seal.erase(customer_id, now=now)
    customer = Customer.objects.select_for_update(of=["self"]).get(pk=customer_id)
    account_id = customer.account_id
    Contact.objects.filter(customer_id=customer_id).delete()
    Customer.objects.filter(pk=customer_id).update(account=None, name="")
    if account_id is not None:
        _end_sessions(account_id)
        Account.objects.filter(pk=account_id).delete()


def _new_account(email: str, *, kind: str, password: str | None = None) -> Account:
    address = rules.normalise_email(email)
    if Account.objects.filter(email=address).exists() or EmailAddress.objects.filter(email=address).exists():
        raise EmailTaken(address)
    account = Account.objects.create_user(address, password, kind=kind)
    EmailAddress.objects.create(user=account, email=address, primary=True, verified=True)
    return account


def _end_sessions(account_id: int) -> None:
    keys = UserSession.objects.filter(user_id=account_id).values_list("session_key", flat=True)
    Session.objects.filter(session_key__in=list(keys)).delete()

"""Reads of the directory, as frozen dataclasses."""

from dataclasses import dataclass

from allauth.account.models import EmailAddress

from yuanyou.identity import rules
from yuanyou.identity.models import Account, Contact, Customer, StaffMember
from yuanyou.identity.rules import Role
from yuanyou.tables import hot

PERSON = """
    SELECT c.id, c.account_id, c.cell, c.language, c.zone, c.name, coalesce(a.email, (
        SELECT value FROM identity_contact
        WHERE customer_id = c.id AND kind = 'email' ORDER BY id LIMIT 1
    ))
    FROM identity_customer c LEFT JOIN identity_account a ON a.id = c.account_id
"""
"""A `Person`, field by field."""


@dataclass(frozen=True, slots=True)
class Person:
    """A customer as the house knows them. `name` and `email` are personal data: show, never store."""

    id: int
    account_id: int | None
    cell: int
    language: str
    zone: str
    name: str
    email: str | None

    @property
    def hint(self) -> str:
        """What a stranger may see: "L** · l***@g***.com"."""
        return rules.hint(self.name, self.email)


@dataclass(frozen=True, slots=True)
class ContactPoint:
    """A place where a customer can be reached, other than the line. `id` is None for a sign-in address."""

    id: int | None
    kind: str
    value: str
    verified: bool

    @property
    def masked(self) -> str:
        return rules.mask_email(self.value) if self.kind == "email" else rules.mask_phone(self.value)


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who may open the console."""

    id: int
    account_id: int
    name: str
    role: Role

    def may_act_as(self, needed: Role) -> bool:
        return rules.may_act_as(self.role, needed)


def person(customer_id: int) -> Person:
    """Customer.DoesNotExist when there is none."""
    found = _one("c.id = %s", customer_id)
    if found is None:
        raise Customer.DoesNotExist(str(customer_id))
    return found


def customer_of(account_id: int) -> Person | None:
    """The customer who signs in with this account; None for staff."""
    return _one("c.account_id = %s", account_id)


def customer_by_email(email: str) -> Person | None:
    """The customer who signs in with this address. BadEmail when it is not one."""
    address = EmailAddress.objects.filter(email=rules.normalise_email(email), verified=True).first()
    return customer_of(address.user_id) if address else None


def email_of(customer_id: int) -> str | None:
    """Where to write: the primary sign-in address, else a walk-in's first e-mail contact, else None."""
    return person(customer_id).email


def contacts_of(customer_id: int) -> list[ContactPoint]:
    """All places to reach a customer, the primary sign-in address first."""
    account_id = Customer.objects.values_list("account_id", flat=True).get(pk=customer_id)
    addresses = EmailAddress.objects.filter(user_id=account_id) if account_id else EmailAddress.objects.none()
    return [
        *(
            ContactPoint(None, "email", address.email, address.verified)
            for address in addresses.order_by("-primary", "pk")
        ),
        *(
            ContactPoint(contact.pk, contact.kind, contact.value, contact.verified_at is not None)
            for contact in Contact.objects.filter(customer_id=customer_id).order_by("pk")
        ),
    ]


def staff_of(account_id: int) -> Staff | None:
    """The active member of staff who signs in with this account; None for a customer."""
    found = StaffMember.objects.filter(account_id=account_id, account__is_active=True).first()
    return Staff(found.pk, found.account_id, found.name, Role(found.role)) if found else None


def all_staff() -> list[Staff]:
    """Everybody who works here or did, by name."""
    return [
        Staff(s.pk, s.account_id, s.name, Role(s.role)) for s in StaffMember.objects.order_by("name", "pk")
    ]


def is_staff_address(email: str) -> bool:
    """Whether a member of staff signs in with this address: customer sign-in refuses it (Law 22)."""
    return Account.objects.filter(email=email, kind=Account.STAFF).exists()


def _one(condition: str, value: int) -> Person | None:
    """By hand: every request of a customer asks this."""
    with hot.cursor() as cursor:
        cursor.execute(f"{PERSON} WHERE {condition}", [value])
        row = cursor.fetchone()
    return Person(*row) if row else None

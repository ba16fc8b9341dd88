"""Who people are. All tables are shared (schema `public`): sign-in and the directory of customers.

Personal data lives here and nowhere else; cells hold customer ids. The e-mail addresses that a
customer can sign in with are allauth's `account_emailaddress`; `Contact` is for all other places
where a customer can be reached.
"""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now

from yuanyou.identity.rules import LANGUAGES, Role


class AccountManager(BaseUserManager["Account"]):
    def create_user(self, email: str, password: str | None = None, **extra: Any) -> "Account":
        """A new account; without a password it can only be signed in to by other means."""
        account = self.model(email=email, **extra)
        account.set_password(password)
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser):
    """A way to sign in: a customer by e-mail code or passkey, staff by password and TOTP; never both."""

    CUSTOMER, STAFF = "customer", "staff"

    email = models.EmailField(unique=True)
    kind = models.CharField(max_length=8, default=CUSTOMER)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AccountManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="account_email_lower_case"),
            models.CheckConstraint(condition=Q(kind__in=["customer", "staff"]), name="account_kind_known"),
        ]

    def __str__(self) -> str:
        return f"account {self.pk}"

    @property
    def is_staff(self) -> bool:
        return self.kind == self.STAFF


class Customer(models.Model):
    """A person we serve. May have no sign-in (a walk-in). The cell holds everything they own."""

    account = models.OneToOneField(Account, models.PROTECT, null=True, related_name="+")
    cell = models.SmallIntegerField()
    name = models.CharField(max_length=80, default="", blank=True)
    language = models.CharField(max_length=10, default="en")
    zone = models.CharField(max_length=64, default="America/New_York")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(cell__gt=0), name="customer_cell_positive"),
            models.CheckConstraint(condition=Q(language__in=LANGUAGES), name="customer_language_known"),
        ]

    def __str__(self) -> str:
        return f"customer {self.pk}"


class Contact(models.Model):
    """A place where a customer can be reached that is neither the line itself nor a sign-in address."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="contacts")
    kind = models.CharField(max_length=8)
    value = models.CharField(max_length=254)
    verified_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "kind", "value"], name="contact_once"),
            models.CheckConstraint(condition=Q(kind__in=["email", "phone"]), name="contact_kind_known"),
        ]
        indexes = [models.Index(fields=["value"], name="contact_by_value")]

    def __str__(self) -> str:
        return f"{self.kind} of customer {self.customer_id}"


class StaffMember(models.Model):
    """Somebody who works for the operator: what they may do in the console."""

    account = models.OneToOneField(Account, models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    role = models.CharField(max_length=12)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=[role.value for role in Role]), name="staff_role_known"
            )
        ]

    def __str__(self) -> str:
        return f"staff {self.pk}"


class PersonKey(models.Model):
    """What opens an owner's sealed blobs, wrapped by the installation's key; NULL once destroyed."""

    owner = models.CharField(max_length=32, primary_key=True)
    wrapped = models.BinaryField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(wrapped__isnull=False, destroyed_at__isnull=True)
                | Q(wrapped__isnull=True, destroyed_at__isnull=False),
                name="personkey_wrapped_or_destroyed",
            )
        ]

    def __str__(self) -> str:
        return f"key of {self.owner}"

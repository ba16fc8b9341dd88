"""Sealing personal data with a key per person (Law 23): destroy the key, and no copy can be read again.

AES-256-GCM (NIST SP 800-38D) with random 96-bit nonces, the owner bound in as associated data. A person's
key is random and stored wrapped by the installation's key (`settings.CONFIG.seal_key`); the keys for what
is nobody's (notices before we know whose they are, second factors) are derived from it (HKDF, RFC 5869),
so that sealing a notice asks the database nothing.
"""

import base64
import os
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from yuanyou.identity.models import PersonKey

NOTICES = "notices"
"""The owner of what providers tell us."""
SIGN_IN = "sign-in"
"""The owner of second factors' secrets."""
AUDIT = "audit"
"""The owner of the audit log's reasons that are about nobody in particular."""
DERIVED = frozenset({NOTICES, SIGN_IN, AUDIT})
VERSION = b"\x01"
NONCE_BYTES = 12
KEY_BYTES = 32

Owner = int | str
"""A customer's id, `receipts_of(customer_id)`, NOTICES, SIGN_IN or AUDIT."""


class Unreadable(Exception):
    """The blob was not sealed for this owner, was changed, or its key is destroyed."""


class KeyDestroyed(Unreadable):
    """The owner has been erased: nothing can be sealed for them or opened again."""


def receipts_of(customer_id: int) -> str:
    """The owner of what the law makes us keep after a person is erased, until its date."""
    return f"receipts:{customer_id}"


def seal(owner: Owner, data: bytes) -> bytes:
    """A blob only `open_` with the same owner can read. KeyDestroyed for an erased person."""
    return _encrypt(_key(owner_of(owner)), data, owner_of(owner))


def open_(owner: Owner, blob: bytes) -> bytes:
    """What was sealed. Unreadable when it cannot be."""
    name = owner_of(owner)
    if name in DERIVED:
        return _decrypt(_derived(name), blob, name)
    stored = PersonKey.objects.filter(owner=name).first()
    if stored is None:
        raise Unreadable(f"nothing was ever sealed for {name}")
    return _decrypt(_unwrap(stored), blob, name)


def erase(owner: Owner, *, now: datetime) -> None:
    """Destroy the owner's key for good, even if nothing was sealed yet; harmless to repeat."""
    name = owner_of(owner)
    if name in DERIVED:
        raise ValueError(f"the key of {name} is not one person's")
    if PersonKey.objects.filter(owner=name, wrapped__isnull=False).update(wrapped=None, destroyed_at=now):
        return
    PersonKey.objects.bulk_create(
        [PersonKey(owner=name, wrapped=None, destroyed_at=now)], ignore_conflicts=True
    )


def is_erased(owner: Owner) -> bool:
    """Whether the owner's key is destroyed."""
    return PersonKey.objects.filter(owner=owner_of(owner), destroyed_at__isnull=False).exists()


def owner_of(owner: Owner) -> str:
    """The name under which an owner's key is kept."""
    return owner if isinstance(owner, str) else f"customer:{owner}"


def _key(name: str) -> bytes:
    """The owner's key, made at first use."""
    if name in DERIVED:
        return _derived(name)
    stored = PersonKey.objects.filter(owner=name).first()
    if stored is None:
        wrapped = _encrypt(_derived("wrap"), os.urandom(KEY_BYTES), name)
        PersonKey.objects.bulk_create([PersonKey(owner=name, wrapped=wrapped)], ignore_conflicts=True)
        stored = PersonKey.objects.get(owner=name)  # somebody else may have been first
    return _unwrap(stored)


def _unwrap(stored: PersonKey) -> bytes:
    if stored.wrapped is None:
        raise KeyDestroyed(stored.owner)
    return _decrypt(_derived("wrap"), bytes(stored.wrapped), stored.owner)


def _derived(purpose: str) -> bytes:
    installation = base64.urlsafe_b64decode(settings.CONFIG.seal_key)
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"yuanyou {purpose}".encode()).derive(installation)


def _encrypt(key: bytes, data: bytes, name: str) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return VERSION + nonce + AESGCM(key).encrypt(nonce, data, name.encode())


def _decrypt(key: bytes, blob: bytes, name: str) -> bytes:
    version, nonce, sealed = blob[:1], blob[1 : 1 + NONCE_BYTES], blob[1 + NONCE_BYTES :]
    if version != VERSION or len(nonce) < NONCE_BYTES:
        raise Unreadable("not a sealed blob")
    try:
        return AESGCM(key).decrypt(nonce, sealed, name.encode())
    except InvalidTag:
        raise Unreadable(f"not sealed for {name}, or changed") from None

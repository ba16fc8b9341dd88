"""A passkey authenticator in software: what a phone does when a browser asks it (W3C WebAuthn 2)."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass(slots=True)
class Phone:
    """One resident credential. `verifies` False means the owner did not show face, finger or PIN."""

    origin: str = "http://testserver"
    verifies: bool = True
    credential_id: bytes = b"a credential of sixteen or more bytes"
    user_handle: str = ""
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def create(self, options: dict[str, Any]) -> str:
        """What navigator.credentials.create() resolves to, as JSON."""
        asked = options["publicKey"]
        self.user_handle = asked["user"]["id"]
        public = cbor.encode(dict(ES256.from_cryptography_key(self.key.public_key())))
        attested = b"\0" * 16 + len(self.credential_id).to_bytes(2, "big") + self.credential_id + public
        data = self._authenticator_data(asked["rp"]["id"], ATTESTED) + attested
        return self._credential(
            {
                "clientDataJSON": websafe_encode(self._client_data("webauthn.create", asked["challenge"])),
                "attestationObject": websafe_encode(
                    cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
                ),
            }
        )

    def get(self, options: dict[str, Any]) -> str:
        """What navigator.credentials.get() resolves to, as JSON."""
        asked = options["publicKey"]
        client_data = self._client_data("webauthn.get", asked["challenge"])
        data = self._authenticator_data(asked["rpId"], 0)
        signature = self.key.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(SHA256()))
        return self._credential(
            {
                "clientDataJSON": websafe_encode(client_data),
                "authenticatorData": websafe_encode(data),
                "signature": websafe_encode(signature),
                "userHandle": self.user_handle,
            }
        )

    def _credential(self, response: dict[str, str]) -> str:
        id_ = websafe_encode(self.credential_id)
        return json.dumps(
            {
                "type": "public-key",
                "id": id_,
                "rawId": id_,
                "response": response,
                "clientExtensionResults": {"credProps": {"rk": True}},
            }
        )

    def _client_data(self, kind: str, challenge: str) -> bytes:
        assert websafe_decode(challenge)
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _authenticator_data(self, rp_id: str, flags: int) -> bytes:
        flags |= PRESENT | (VERIFIED if self.verifies else 0)
        return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + (0).to_bytes(4, "big")

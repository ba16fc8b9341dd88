"""Only what PayPal signed is let in: each refusal changes exactly one thing."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tests.providers.paypal.signing import (
    NOW,
    PATH,
    WEBHOOK_ID,
    CertificateServer,
    Signer,
    certificate,
    certificate_server,
    event,
    rsa_key,
)
from yuanyou.payments.port import BadNotice
from yuanyou.providers.paypal import certificates
from yuanyou.providers.paypal.certificates import check_address
from yuanyou.providers.paypal.webhooks import Door

BODY = event()
LIVE = f"https://api.paypal.com{PATH}"


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa_key()


@pytest.fixture
def server(key: rsa.RSAPrivateKey) -> Iterator[CertificateServer]:
    with certificate_server() as found:
        found.serve(certificate(key, name="anybody.example"))
        yield found


@pytest.fixture
def signer(key: rsa.RSAPrivateKey, server: CertificateServer) -> Signer:
    return Signer(key, server.url)


@pytest.fixture
def door(server: CertificateServer) -> Door:
    return Door(webhook_ids=(WEBHOOK_ID,), sandbox_hosts=(server.host,))


def enters(door: Door, signer: Signer, *, now: datetime = NOW, body: bytes = BODY) -> None:
    door.prove(headers=signer.headers(body), body=body, now=now)


def is_refused(door: Door, signer: Signer, *, now: datetime = NOW) -> None:
    with pytest.raises(BadNotice):
        enters(door, signer, now=now)


def test_what_is_signed_comes_in(door: Door, signer: Signer) -> None:
    enters(door, signer)


class TestTheSignature:
    @pytest.mark.parametrize("name", ["SHA1withRSA", "sha256withrsa", "SHA256withECDSA", "none", ""])
    def test_of_another_algorithm_proves_nothing(self, door: Door, signer: Signer, name: str) -> None:
        is_refused(door, signer.with_(algorithm=name))

    def test_of_another_key_proves_nothing(self, door: Door, signer: Signer) -> None:
        is_refused(door, signer.with_(key=rsa_key()))

    def test_for_another_webhook_proves_nothing(self, door: Door, signer: Signer) -> None:
        is_refused(door, signer.with_(webhook_id="2JE4291016473214C"))

    def test_for_any_webhook_of_ours_does(self, server: CertificateServer, signer: Signer) -> None:
        rotating = Door(webhook_ids=("NEW", WEBHOOK_ID), sandbox_hosts=(server.host,))
        enters(rotating, signer)
        enters(rotating, signer.with_(webhook_id="NEW"))

    def test_proves_nothing_while_no_webhook_of_ours_is_known(
        self, server: CertificateServer, signer: Signer
    ) -> None:
        closed = Door(webhook_ids=(), sandbox_hosts=(server.host,))
        is_refused(closed, signer.with_(webhook_id=""))
        assert server.asked == []

    @pytest.mark.parametrize(
        "change",
        [
            lambda body: body + b"\n",
            lambda body: body.replace(b": ", b":"),
            lambda body: body.replace(b"att_1", b"att_2"),
            lambda body: body.decode().encode("utf-16"),
            lambda body: b"",
        ],
    )
    def test_is_of_the_very_bytes(self, door: Door, signer: Signer, change: Callable[[bytes], bytes]) -> None:
        headers = signer.headers(BODY)
        with pytest.raises(BadNotice):
            door.prove(headers=headers, body=change(BODY), now=NOW)

    @pytest.mark.parametrize("text", ["", "not base64!", "é", "AAAA"])
    def test_must_be_one(self, door: Door, signer: Signer, text: str) -> None:
        headers = signer.headers(BODY) | {"PAYPAL-TRANSMISSION-SIG": text}
        with pytest.raises(BadNotice):
            door.prove(headers=headers, body=BODY, now=NOW)

    @pytest.mark.parametrize("spelling", [str.lower, str.upper, str.title])
    def test_is_found_however_the_headers_are_spelt(
        self, door: Door, signer: Signer, spelling: Callable[[str], str]
    ) -> None:
        headers = {spelling(name): value for name, value in signer.headers(BODY).items()}
        door.prove(headers=headers, body=BODY, now=NOW)

    @pytest.mark.parametrize("missing", ["ID", "TIME", "SIG"])
    def test_is_nothing_without_its_parts(self, door: Door, signer: Signer, missing: str) -> None:
        headers = signer.headers(BODY)
        del headers[f"PAYPAL-TRANSMISSION-{missing}"]
        with pytest.raises(BadNotice):
            door.prove(headers=headers, body=BODY, now=NOW)


class TestTheTime:
    @pytest.mark.parametrize("minutes", [-5, 0, 5])
    def test_may_be_five_minutes_off(self, door: Door, signer: Signer, minutes: int) -> None:
        enters(door, signer, now=NOW + timedelta(minutes=minutes))

    @pytest.mark.parametrize("seconds", [-301, 301, 86_400])
    def test_may_not_be_more(
        self, door: Door, signer: Signer, server: CertificateServer, seconds: int
    ) -> None:
        is_refused(door, signer, now=NOW + timedelta(seconds=seconds))
        assert server.asked == []

    @pytest.mark.parametrize("text", ["", "yesterday", "2026-11-23T12:00:00", "1795435200"])
    def test_must_be_one_with_its_zone(self, door: Door, signer: Signer, text: str) -> None:
        is_refused(door, signer.with_(at=text))


NOT_PAYPALS = [
    f"https://paypal.com.evil{PATH}",
    f"https://api.paypal.com.evil.example{PATH}",
    f"https://notpaypal.com{PATH}",
    f"https://paypal.com.{PATH}",
    f"https://user@api.paypal.com{PATH}",
    f"https://user:word@api.paypal.com{PATH}",
    f"https://@api.paypal.com{PATH}",
    f"https://api.paypal.com@evil.example{PATH}",
    f"https://evil.example\\.paypal.com{PATH}",
    f"https://evil.example\\@api.paypal.com{PATH}",
    f"https://evil.example#.paypal.com{PATH}",
    f"https://evil.example?.paypal.com{PATH}",
    f"http://api.paypal.com{PATH}",
    f"ftp://api.paypal.com{PATH}",
    f"//api.paypal.com{PATH}",
    f"https://api.paypal.com:8443{PATH}",
    f"https://api.paypal.com:99999{PATH}",
    f"https://[::1]{PATH}",
    f"https://[api.paypal.com{PATH}",
    f" https://api.paypal.com{PATH}",
    f"https://api.paypal.com{PATH}\n",
    f"https://api.paypal。com{PATH}",
    f"https://api.pаypal.com{PATH}",  # a Cyrillic а
    f"https://api.paypal.com{PATH}?next=//evil.example",
    f"https://api.paypal.com{PATH}#x",
    "https://api.paypal.com/v1/notifications/certs/../../evil",
    "https://api.paypal.com/redirect/v1/evil/notifications/certs/CERT-1",
    "https://api.paypal.com/",
    "file:///etc/passwd",
    "",
]


class TestTheCertificatesAddress:
    @pytest.mark.parametrize("url", NOT_PAYPALS)
    def test_of_a_stranger_is_never_asked(
        self, door: Door, signer: Signer, monkeypatch: pytest.MonkeyPatch, url: str
    ) -> None:
        asked: list[str] = []
        monkeypatch.setattr(certificates, "_fetch", asked.append)
        is_refused(door, signer.with_(cert_url=url))
        assert asked == []

    @pytest.mark.parametrize(
        "url",
        [
            LIVE,
            f"https://api.paypal.com:443{PATH}",
            f"https://paypal.com{PATH}",
            f"https://api.sandbox.paypal.com{PATH}",
            f"https://API.PayPal.com{PATH}",
        ],
    )
    def test_of_paypal_is(self, url: str) -> None:
        check_address(url, frozenset())

    def test_of_the_sandbox_is_only_where_it_is_configured(self, signer: Signer) -> None:
        production = Door(webhook_ids=(WEBHOOK_ID,), sandbox_hosts=())
        is_refused(production, signer)

    def test_of_the_sandbox_ends_at_its_port(self, signer: Signer, server: CertificateServer) -> None:
        host, _, port = server.host.partition(":")
        other = Door(webhook_ids=(WEBHOOK_ID,), sandbox_hosts=(f"{host}:{int(port) + 1}", host))
        is_refused(other, signer)
        assert server.asked == []

    def test_is_not_left_for_another(self, door: Door, signer: Signer, server: CertificateServer) -> None:
        pem = server.answers[PATH][2]
        server.serve(pem, path="/v1/notifications/certs/CERT-2")
        server.serve(b"", status=302, Location=f"http://{server.host}/v1/notifications/certs/CERT-2")
        is_refused(door, signer)
        assert server.asked == [PATH]

    @pytest.mark.parametrize("status", [203, 302, 404, 500])
    def test_has_nothing_to_say_unless_all_is_well(
        self, door: Door, signer: Signer, server: CertificateServer, status: int
    ) -> None:
        server.serve(server.answers[PATH][2], status=status)
        is_refused(door, signer)

    def test_is_asked_once(self, door: Door, signer: Signer, server: CertificateServer) -> None:
        enters(door, signer)
        enters(door, signer.with_(transmission_id="another"))
        assert server.asked == [PATH]

    def test_is_asked_again_when_it_had_no_certificate(
        self, door: Door, signer: Signer, server: CertificateServer
    ) -> None:
        good = server.answers.pop(PATH)
        is_refused(door, signer)
        server.answers[PATH] = good
        enters(door, signer)


class TestTheCertificate:
    @pytest.mark.parametrize("pem", [b"", b"not a certificate", b"{}"])
    def test_must_be_one(self, door: Door, signer: Signer, server: CertificateServer, pem: bytes) -> None:
        server.serve(pem)
        is_refused(door, signer)

    def test_larger_than_any_is_not_read(self, door: Door, signer: Signer, server: CertificateServer) -> None:
        server.serve(server.answers[PATH][2] + b"\n" * 64 * 1024)
        is_refused(door, signer)

    @pytest.mark.parametrize(
        "held",
        [
            {"since": NOW + timedelta(seconds=1)},
            {"until": NOW - timedelta(seconds=1)},
        ],
    )
    def test_must_be_valid_now(
        self, door: Door, signer: Signer, server: CertificateServer, held: dict[str, datetime]
    ) -> None:
        server.serve(certificate(signer.key, **held))
        is_refused(door, signer)

    def test_is_no_good_for_longer_than_it_says(self, door: Door, signer: Signer) -> None:
        enters(door, signer)
        late = NOW + timedelta(days=31)
        is_refused(door, signer.with_(at=late.isoformat()), now=late)

    def test_may_come_with_its_issuer(self, door: Door, signer: Signer, server: CertificateServer) -> None:
        above = rsa_key()
        server.serve(certificate(signer.key, issuer=("CA", above)) + certificate(above, name="CA"))
        enters(door, signer)

    def test_may_not_come_with_another(self, door: Door, signer: Signer, server: CertificateServer) -> None:
        above, other = rsa_key(), rsa_key()
        server.serve(certificate(signer.key, issuer=("CA", above)) + certificate(other, name="CA"))
        is_refused(door, signer)

    def test_needs_a_key_that_is_hard_to_guess(self, server: CertificateServer, door: Door) -> None:
        weak = rsa_key(1024)
        server.serve(certificate(weak))
        is_refused(door, Signer(weak, server.url))

    def test_needs_an_rsa_key(self, door: Door, signer: Signer, server: CertificateServer) -> None:
        server.serve(certificate(ec.generate_private_key(ec.SECP256R1())))
        is_refused(door, signer)

    @pytest.mark.parametrize(
        ("name", "good"),
        [
            ("messageverificationcerts.paypal.com", True),
            ("messageverificationcerts.sandbox.paypal.com", True),
            ("messageverificationcerts.paypal.com.evil", False),
            ("evilpaypal.com", False),
        ],
    )
    def test_of_paypals_host_must_be_made_out_to_paypal(
        self, signer: Signer, monkeypatch: pytest.MonkeyPatch, name: str, good: bool
    ) -> None:
        chain = x509.load_pem_x509_certificates(certificate(signer.key, name=name))
        monkeypatch.setattr(certificates, "_fetch", lambda _url: chain)
        live = Door(webhook_ids=(WEBHOOK_ID,), sandbox_hosts=())
        if good:
            enters(live, signer.with_(cert_url=LIVE))
        else:
            is_refused(live, signer.with_(cert_url=LIVE))

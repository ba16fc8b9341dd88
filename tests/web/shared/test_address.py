"""Whose address counts: without proxies whoever connects, behind ours what ours have written."""

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.test import RequestFactory

import yuanyou
from yuanyou.web.shared.address import client_address
from yuanyou.web.shared.limits import too_often
from yuanyou.web.shared.payer import payer_of
from yuanyou.web.shared.sign_in import AccountAdapter
from yuanyou.web.shared.trail import trail_of

BALANCER, TRAVELLER, STRANGER, FORGED = "10.0.0.1", "203.0.113.7", "198.51.100.9", "192.0.2.66"
Proxies = Callable[[int], None]


@pytest.fixture
def proxies(monkeypatch: pytest.MonkeyPatch) -> Proxies:
    def are(count: int) -> None:
        monkeypatch.setattr(settings, "CONFIG", replace(settings.CONFIG, trusted_proxies=count))

    return are


def asked(forwarded: str | None, *, peer: str = BALANCER) -> HttpRequest:
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    request = RequestFactory(REMOTE_ADDR=peer).get("/", headers=headers)
    request.session = {}  # type: ignore[assignment]  # all that is asked of it is get()
    return request


def test_without_proxies_nobody_is_believed_about_an_address(proxies: Proxies) -> None:
    proxies(0)
    assert client_address(asked(FORGED, peer=TRAVELLER)) == TRAVELLER


@pytest.mark.parametrize(
    ("count", "forwarded", "address"),
    [
        (1, TRAVELLER, TRAVELLER),
        (1, f"{FORGED}, {TRAVELLER}", TRAVELLER),
        (2, f"{FORGED}, {TRAVELLER}, 10.0.0.2", TRAVELLER),
        (2, TRAVELLER, TRAVELLER),
        (1, f"{TRAVELLER}:51312", TRAVELLER),
        (1, "2001:db8::7", "2001:db8::7"),
        (1, "[2001:db8::7]:443", "2001:db8::7"),
        (1, f"{FORGED}, unknown", BALANCER),
        (1, f"{FORGED}, [x", BALANCER),
        (1, f"{TRAVELLER}, ,", TRAVELLER),
        (1, None, BALANCER),
    ],
)
def test_behind_proxies_the_address_is_counted_from_the_right(
    proxies: Proxies, count: int, forwarded: str | None, address: str
) -> None:
    proxies(count)
    assert client_address(asked(forwarded)) == address


def test_a_forged_header_changes_neither_trail_nor_payer_nor_sign_in(proxies: Proxies) -> None:
    proxies(1)
    honest, forged = asked(TRAVELLER), asked(f"{FORGED}, {TRAVELLER}")
    assert trail_of(forged) == trail_of(honest) != trail_of(asked(STRANGER))
    assert payer_of(forged).address == payer_of(honest).address == TRAVELLER
    assert AccountAdapter().get_client_ip(forged) == TRAVELLER


def test_two_travellers_behind_one_balancer_do_not_use_up_each_others_tries(
    proxies: Proxies, house: None
) -> None:
    proxies(1)
    cache.clear()
    assert not too_often(asked(TRAVELLER), "knock", per_hour=1)
    assert not too_often(asked(STRANGER), "knock", per_hour=1)
    assert too_often(asked(f"{FORGED}, {TRAVELLER}"), "knock", per_hour=1)


@pytest.mark.parametrize(("count", "believed"), [("0", False), ("1", True)])
def test_only_behind_a_proxy_is_a_request_secure_because_a_header_says_so(
    count: str, believed: bool, tmp_path: Path
) -> None:
    asked = "from yuanyou.project import settings; print(hasattr(settings, 'SECURE_PROXY_SSL_HEADER'))"
    environment = {
        "YUANYOU_TRUSTED_PROXIES": count,
        "YUANYOU_DATA": str(tmp_path),
        "PYTHONPATH": ":".join(sys.path),
    }
    told = subprocess.run(
        [sys.executable, "-c", asked], env=environment, capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == str(believed)


def test_no_other_place_reads_the_address() -> None:
    source = Path(yuanyou.__file__).parent
    readers = [
        file.relative_to(source).as_posix()
        for file in source.rglob("*.py")
        if re.search(r"REMOTE_ADDR|FORWARDED_FOR|X-Forwarded-For\"", file.read_text("utf-8"))
    ]
    assert readers == ["web/shared/address.py"]

"""The parts of `yuanyou up` that need no database: ports, secrets, the printed box, run.json."""

import json
import os
import socket
import stat
from pathlib import Path

import pytest

from yuanyou.project.config import Config
from yuanyou.project.up import environment, rsa, running, secrets, table
from yuanyou.project.up.lock import Held, Lock
from yuanyou.project.up.ports import Ports
from yuanyou.project.up.running import Run
from yuanyou.project.up.trouble import Trouble


def test_a_taken_port_is_named_with_its_use() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        sentence = rf"^Port {port} \(smtp\) is taken: stop what uses it, or choose others with --port N\.$"
        with pytest.raises(Trouble, match=sentence):
            Ports(web=0, sandbox=0, smtp=port).check_free()


@pytest.mark.parametrize("first", [0, -1, 65_534, 80_000])
def test_ports_that_do_not_exist_are_refused(first: int) -> None:
    with pytest.raises(Trouble, match="--port"):
        Ports.following(first)


def test_the_ports_follow_the_first() -> None:
    assert Ports.following(65_533) == Ports(web=65_533, sandbox=65_534, smtp=65_535)


def test_secrets_are_made_once_and_only_their_owner_can_read_them(tmp_path: Path) -> None:
    first = secrets.load(tmp_path)
    assert secrets.load(tmp_path) == first
    (tmp_path / "other").mkdir()
    assert not set(secrets.load(tmp_path / "other").values()) & set(first.values())
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_a_secret_that_a_newer_version_needs_is_added_to_the_old_ones(tmp_path: Path) -> None:
    first = secrets.load(tmp_path)
    kept = {name: value for name, value in first.items() if name != "YUANYOU_SEAL_KEY"}
    (tmp_path / "secrets.json").write_text(json.dumps(kept))
    again = secrets.load(tmp_path)
    assert again.keys() == first.keys()
    assert kept.items() <= again.items()


def test_broken_secrets_are_never_replaced_by_new_ones(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text("{")
    with pytest.raises(Trouble, match="restore it"):
        secrets.load(tmp_path)


def test_the_demo_s_settings_fit_together(tmp_path: Path) -> None:
    found = settings(tmp_path, own={})
    config = Config.from_env(found)
    assert config.site_url == "http://localhost:8000"
    assert config.sandbox_url == "http://127.0.0.1:8001"
    assert (config.smtp_host, config.smtp_port) == ("127.0.0.1", 8002)
    assert config.data == tmp_path
    theirs = environment.of_sandbox({}, found, data=tmp_path, ports=Ports.following(8000))
    assert theirs["SANDBOX_STRIPE_KEY"] == config.stripe_secret_key
    assert theirs["SANDBOX_STRIPE_WEBHOOK_SECRET"] == config.stripe_webhook_secrets[0]
    assert theirs["SANDBOX_PAYPAL_CLIENT_ID"] == config.paypal_client_id
    assert theirs["SANDBOX_PAYPAL_CLIENT_SECRET"] == config.paypal_client_secret
    assert theirs["SANDBOX_PAYPAL_MERCHANT_ID"] == config.paypal_merchant
    assert theirs["SANDBOX_PAYPAL_WEBHOOK_ID"] == config.paypal_webhook_ids[0]
    assert config.paypal_cert_hosts == ("127.0.0.1:8001",)
    assert theirs["SANDBOX_ALIPAY_APP_ID"] == config.alipay_app_id
    assert theirs["SANDBOX_ALIPAY_SELLER_ID"] == config.alipay_seller
    assert theirs["SANDBOX_ALIPAY_APP_PUBLIC_KEY"] == rsa.public_of(config.alipay_private_key)
    assert config.alipay_public_keys == (rsa.public_of(theirs["SANDBOX_ALIPAY_PRIVATE_KEY"]),)
    assert theirs["SANDBOX_WECHAT_MERCHANT_KEY"] == rsa.public_of(config.wechat_private_key)
    known = rsa.public_of(theirs["SANDBOX_WECHAT_PLATFORM_KEY"])
    assert config.wechat_public_keys == (f"{theirs['SANDBOX_WECHAT_PLATFORM_KEY_ID']}={known}",)
    for name in ("mchid", "app_id", "app_secret", "api_key", "cert_serial"):
        assert theirs[f"SANDBOX_WECHAT_{name.upper()}"] == getattr(config, f"wechat_{name}")
    assert theirs["SANDBOX_CLOCK_FILE"] == str(config.clock_file)


def test_what_the_operator_sets_wins(tmp_path: Path) -> None:
    found = settings(tmp_path, own={"YUANYOU_OPERATOR_NAME": "Far Travel", "YUANYOU_DATA": "/elsewhere"})
    assert found["YUANYOU_OPERATOR_NAME"] == "Far Travel"
    assert found["YUANYOU_DATA"] == str(tmp_path)


def test_the_sandbox_gets_none_of_our_secrets_but_those_we_share_with_it(tmp_path: Path) -> None:
    found = settings(tmp_path, own={})
    theirs = environment.of_sandbox(found, found, data=tmp_path, ports=Ports.following(8000))
    for name in ("YUANYOU_SECRET_KEY", "YUANYOU_SEAL_KEY", "YUANYOU_ALIPAY_PRIVATE_KEY", "DATABASE_URL"):
        assert found[name] not in theirs.values()


def test_we_get_none_of_the_sandbox_s_own_keys(tmp_path: Path) -> None:
    ours = environment.of_product({}, settings(tmp_path, own={}))
    assert [name for name in ours if name.startswith("SANDBOX_")] == []


def test_the_box_lines_up_in_three_languages() -> None:
    rows = [("Site", "http://localhost:8000"), ("网站", "远游"), ("網站", "遠遊 Yuanyou")]
    drawn = table.box("Yuanyou 远游", [rows, [("Staff", "ops@example.com")]]).splitlines()
    assert len({table.width(line) for line in drawn}) == 1
    assert drawn[0].startswith("╭─ Yuanyou 远游 ─")
    assert drawn[4].startswith("├─")


def test_a_terminal_that_cannot_draw_gets_plain_lines() -> None:
    assert table.lines_for("utf-8") == table.DRAWN
    assert table.lines_for("ascii") == table.lines_for(None) == table.PLAIN
    assert table.box("Up", [[("a", "b")]], lines=table.PLAIN).isascii()


def test_a_system_is_found_while_its_supervisor_lives(tmp_path: Path) -> None:
    run(os.getpid()).save(tmp_path)
    assert running.load(tmp_path) == run(os.getpid())
    assert stat.S_IMODE((tmp_path / "run.json").stat().st_mode) == 0o600
    run(2**22 + 1).save(tmp_path)  # above Linux's highest process id
    assert running.load(tmp_path) is None
    running.forget(tmp_path)
    running.forget(tmp_path)
    assert running.load(tmp_path) is None


def test_a_lock_keeps_the_second_out_and_tells_who_has_it(tmp_path: Path) -> None:
    first = Lock(tmp_path / "lock")
    with pytest.raises(Held) as held:
        Lock(tmp_path / "lock")
    assert held.value.holder == str(os.getpid())
    first.release()
    Lock(tmp_path / "lock").release()


def settings(data: Path, own: dict[str, str]) -> dict[str, str]:
    return environment.settings(
        own,
        data=data,
        ports=Ports.following(8000),
        database_url="postgresql://db",
        secrets=secrets.load(data),
    )


def run(pid: int) -> Run:
    return Run(
        pid=pid,
        pids={"web": 1},
        ports={"web": 8000},
        site_url="http://localhost:8000",
        sandbox_url="http://127.0.0.1:8001",
        database_url="postgresql://db",
        programs=None,
        environ={"YUANYOU_SITE_URL": "http://localhost:8000"},
    )

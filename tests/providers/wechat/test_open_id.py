"""Who a payer inside WeChat is: one redirect, one code, good once; our secret stays out of what is said."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.providers.wechat.conftest import OPENID, Desk
from yuanyou.payments.port import HostApp, Misconfigured, Refused, Unknown
from yuanyou.providers.wechat.open_id import WeChatApp

INSIDE = {"User-Agent": "Mozilla/5.0 (iPhone) MicroMessenger/8.0.50"}
BACK = "http://localhost:8000/orders/ord_1/?lang=zh-hans"


@pytest.fixture
def app(desk: Desk) -> HostApp:
    return app_of(desk)


def app_of(desk: Desk, **other: str) -> WeChatApp:
    usual = {"app_id": desk.sandbox.wechat_app_id, "secret": desk.sandbox.wechat_app_secret}
    return WeChatApp(**{**usual, "base": desk.sandbox.wechat_url, **other})


def came_back(app: HostApp, state: str = "s1") -> dict[str, list[str]]:
    """The query that a payer inside WeChat brings back."""
    answer = httpx.get(app.sign_in_url(BACK, state), headers=INSIDE)
    assert answer.status_code == 302
    where = urlsplit(answer.headers["location"])
    assert answer.headers["location"].startswith("http://localhost:8000/orders/ord_1/?")
    return parse_qs(where.query)


def test_a_payer_comes_straight_back_with_a_code_and_our_state(app: HostApp) -> None:
    query = came_back(app, "abc123")
    assert (query["state"], query["lang"]) == (["abc123"], ["zh-hans"])
    assert app.open_id(query["code"][0]) == OPENID


def test_wechat_itself_is_asked_at_its_own_addresses() -> None:
    url = urlsplit(WeChatApp(app_id="wx1", secret="s").sign_in_url(BACK, "s1"))
    assert (url.scheme, url.netloc, url.path) == ("https", "open.weixin.qq.com", "/connect/oauth2/authorize")
    assert url.fragment == "wechat_redirect"
    assert parse_qs(url.query)["redirect_uri"] == [BACK]
    assert "secret" not in url.query


def test_a_code_is_good_once(app: HostApp) -> None:
    code = came_back(app)["code"][0]
    app.open_id(code)
    with pytest.raises(Refused, match="bad_code"):
        app.open_id(code)


def test_a_code_is_good_for_five_minutes(desk: Desk, app: HostApp) -> None:
    code = came_back(app)["code"][0]
    desk.travel(minutes=5)
    with pytest.raises(Refused, match="bad_code"):
        app.open_id(code)


@pytest.mark.parametrize("wrong", ["app_id", "secret"])
def test_wrong_keys_are_our_mistake(desk: Desk, app: HostApp, wrong: str) -> None:
    code = came_back(app)["code"][0]
    with pytest.raises(Misconfigured):
        app_of(desk, **{wrong: "another"}).open_id(code)


def test_a_busy_wechat_is_asked_again(desk: Desk, app: HostApp) -> None:
    code = came_back(app)["code"][0]
    desk.goes_wrong("error_500", "oauth.exchange")
    with pytest.raises(Unknown):
        app.open_id(code)
    assert app.open_id(code) == OPENID


def test_our_secret_is_not_in_what_is_said_when_nobody_answers(desk: Desk) -> None:
    silent = app_of(desk, base="http://127.0.0.1:9", secret="hush")
    with pytest.raises(Unknown) as said:
        silent.open_id("code")
    assert "hush" not in str(said.value)
    assert said.value.__cause__ is None
    assert said.value.__suppress_context__


def test_another_browser_is_not_let_through(app: HostApp) -> None:
    assert httpx.get(app.sign_in_url(BACK, "s1")).status_code == 400

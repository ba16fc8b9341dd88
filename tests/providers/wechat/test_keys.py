"""Keys as people paste them."""

import textwrap

import pytest

from tests.providers.wechat.conftest import Desk
from tests.providers.wechat.signing import private_line as line_of
from tests.providers.wechat.signing import public_line, rsa_key
from yuanyou.providers.wechat.keys import known_keys, private_line

LINE = line_of(rsa_key("a merchant"))
FRAMED = (
    "-----BEGIN PRIVATE KEY-----\n" + "\n".join(textwrap.wrap(LINE, 64)) + "\n-----END PRIVATE KEY-----\n"
)


@pytest.mark.parametrize("written", [LINE, FRAMED, FRAMED.replace("\n", "\\n"), f"  {LINE}\n"])
def test_a_private_key_is_read_with_and_without_its_frame(written: str) -> None:
    assert private_line(written) == LINE


@pytest.mark.parametrize("written", ["", "MIIEvw", LINE[:-40], public_line(rsa_key("a merchant"))])
def test_what_is_no_private_key_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="not a private key"):
        private_line(written)


def test_a_framed_key_signs(desk: Desk) -> None:
    key = desk.sandbox.wechat_private_key
    framed = f"-----BEGIN PRIVATE KEY-----\\n{key}\\n-----END PRIVATE KEY-----"
    desk.another(private_key=framed).verify()


def test_blank_keys_are_left_out_and_broken_ones_are_not() -> None:
    good = f"PUB_KEY_ID_1={public_line(rsa_key('a merchant'))}"
    assert set(known_keys(("", " ", good))) == {"PUB_KEY_ID_1"}
    for bad in ("PUB_KEY_ID_1", "PUB_KEY_ID_1=MIIBIj", good[:-20]):
        with pytest.raises(ValueError, match="is no key"):
            known_keys((bad,))

import pytest

from yuanyou.identity import rules
from yuanyou.identity.rules import BadEmail, Role


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Lily@Gmail.COM", "lily@gmail.com"),
        ("  lily@gmail.com\n", "lily@gmail.com"),
        ("ｌｉｌｙ＠ｇｍａｉｌ．ｃｏｍ", "lily@gmail.com"),
        ("lily@münchen.de", "lily@xn--mnchen-3ya.de"),
        ("o'neil+sim@mail.example.co", "o'neil+sim@mail.example.co"),
    ],
)
def test_an_address_has_one_spelling_however_it_is_typed(typed: str, kept: str) -> None:
    assert rules.normalise_email(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "lily",
        "@gmail.com",
        "lily@",
        "lily@gmail",
        "li ly@gmail.com",
        "lily@gmail..com",
        "a@b.com,c@d.com",
        "lily@1.2.3.4",
    ],
)
def test_what_is_not_an_address_is_refused(typed: str) -> None:
    with pytest.raises(BadEmail):
        rules.normalise_email(typed)


def test_an_address_may_be_254_characters_long_and_no_longer() -> None:
    longest = "a" * (rules.EMAIL_LENGTH_MAX - len("@example.com")) + "@example.com"
    assert rules.normalise_email(longest) == longest
    with pytest.raises(BadEmail):
        rules.normalise_email("a" + longest)


def test_a_hint_lets_the_owner_recognise_themselves_and_nobody_learn_more() -> None:
    assert rules.hint("Li Mei", "lily@gmail.com") == "L** · l***@g***.com"
    assert rules.hint("李梅", "lily@mail.sina.com.cn") == "李** · l***@m***.cn"
    assert rules.hint("", "lily@gmail.com") == "l***@g***.com"
    assert rules.hint("Li Mei", None) == "L**"
    assert rules.hint("", None) == ""


def test_a_masked_phone_shows_four_digits() -> None:
    assert rules.mask_phone("+19175550142") == "***0142"


@pytest.mark.parametrize(
    ("held", "needed", "allowed"),
    [
        (Role.VIEWER, Role.VIEWER, True),
        (Role.VIEWER, Role.SUPPORT, False),
        (Role.SUPPORT, Role.VIEWER, True),
        (Role.SUPPORT, Role.FINANCE, False),
        (Role.FINANCE, Role.SUPPORT, False),
        (Role.FINANCE, Role.ADMIN, False),
        (Role.ADMIN, Role.SUPPORT, True),
        (Role.ADMIN, Role.FINANCE, True),
    ],
)
def test_a_role_allows_its_own_work_and_reading(held: Role, needed: Role, allowed: bool) -> None:
    assert rules.may_act_as(held, needed) is allowed


def test_customers_fill_the_cells_in_turn() -> None:
    assert [rules.choose_cell((1, 4), number) for number in range(4)] == [1, 4, 1, 4]

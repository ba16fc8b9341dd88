"""Every text a person can read is written in every language, as a native would write it."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from yuanyou.project import hong_kong, messages

NOT_IN_TAIWAN = ("充值", "套餐", "短信", "停機", "登錄", "網絡", "賬戶", "郵編", "默認", "續約")
"""Mainland words in Taiwan's characters: what a converter makes of zh-Hans."""
CHARACTERS = {"zh_Hans": "gb2312", "zh_Hant": "cp950"}
"""The character set whose Han characters are all a writer of this language uses."""
_HAN = re.compile(r"[\u4e00-\u9fff]")


def translations(locale: str) -> Iterator[tuple[str, str]]:
    """(English, translated) for every text."""
    for message in messages.load(locale):
        if message.id:
            english = message.id[0] if isinstance(message.id, tuple) else message.id
            strings = message.string if isinstance(message.string, tuple) else (message.string,)
            for string in strings:
                yield str(english), str(string)


@pytest.mark.parametrize("locale", messages.LOCALES)
def test_every_text_is_translated_with_the_same_placeholders_and_none_is_left_over(locale: str) -> None:
    assert list(messages.faults(locale)) == []


def test_taiwan_reads_its_own_words() -> None:
    found = [(word, text) for word in NOT_IN_TAIWAN for _, text in translations("zh_Hant") if word in text]
    assert found == []


@pytest.mark.parametrize(("locale", "charset"), CHARACTERS.items())
def test_no_character_is_the_other_scripts(locale: str, charset: str) -> None:
    foreign = {
        (character, text)
        for _, text in translations(locale)
        for character in _HAN.findall(text)
        if not _writable(character, charset)
    }
    assert foreign == set()


@pytest.mark.parametrize("locale", messages.LOCALES)
def test_everybody_is_addressed_politely(locale: str) -> None:
    assert [text for _, text in translations(locale) if "你" in text] == []


@pytest.mark.parametrize("locale", messages.LOCALES)
def test_a_han_text_has_no_english_punctuation(locale: str) -> None:
    wrong = re.compile(r"[\u4e00-\u9fff][,;!?:]|[\u4e00-\u9fff]\.(?:$|[\u4e00-\u9fff])|[\u4e00-\u9fff]\(")
    assert [text for _, text in translations(locale) if wrong.search(text)] == []


def test_hong_kong_reads_its_own_words_and_none_of_its_texts_is_left_over() -> None:
    assert list(messages.faults_of_hong_kong()) == []
    taiwans = hong_kong.words(messages.load(hong_kong.LOCALE))
    whole = messages.as_read(hong_kong.LOCALE)
    ours = [whole.get(message.id, message.context) for message in messages.load(hong_kong.BASE) if message.id]
    read = [text for message in ours if message for text in _strings(message.string)]
    assert len(read) > 700
    assert [(word, text) for word in taiwans for text in read if word in text] == []


def test_a_text_of_hong_kongs_own_that_needs_none_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    own = messages.load(hong_kong.LOCALE)
    own.add("Plans", "計劃")
    own.add("No such text in the source", "沒有")
    own.add("%(days)s", "沒有")
    base = messages.load(hong_kong.BASE)
    monkeypatch.setattr(messages, "load", lambda locale: own if locale == hong_kong.LOCALE else base)
    found = sorted(fault.split(": ")[1] for fault in messages.faults_of_hong_kong())
    assert found == ["its words say the same", "no longer in the source", "no longer in the source"]


def _strings(string: Any) -> tuple[str, ...]:
    return string if isinstance(string, tuple) else (string,)


def test_a_missing_translation_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _new_faults(monkeypatch, "", of=lambda _text: True) == ["not translated"]


def test_a_lost_placeholder_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    found = _new_faults(monkeypatch, "没有", of=lambda text: "%(" in text)
    assert found == ["other placeholders or tags"]


def _new_faults(monkeypatch: pytest.MonkeyPatch, spoiled: str, *, of: Callable[[str], bool]) -> list[str]:
    """What is wrong after the first text that fits was spoiled, and was not before."""
    before, catalog = set(messages.faults("zh_Hans")), messages.load("zh_Hans")
    told = next(message for message in catalog if message.id and of(str(message.id)))
    told.string = (spoiled,) if isinstance(told.string, tuple) else spoiled
    monkeypatch.setattr(messages, "load", lambda _locale: catalog)
    return [fault.split(": ")[1] for fault in messages.faults("zh_Hans") if fault not in before]


def _writable(character: str, charset: str) -> bool:
    try:
        character.encode(charset)
    except UnicodeEncodeError:
        return False
    return True

"""Hong Kong's reading of zh-Hant: a small catalogue of words said otherwise, and of texts of its own.

Django falls back from a language to `LANGUAGE_CODE` alone, never to another language. So what it reads for
Hong Kong is made whole when it is compiled: Django's and allauth's zh-Hant, ours in Hong Kong's words.
"""

import re
from collections.abc import Iterator
from importlib.resources import files

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo

LOCALE = "zh_Hant-hk"
"""As Django calls the folder of `zh-hant-hk`."""
BASE = "zh_Hant"
WORD = "word"
"""The context of an entry that is a word and not a text."""
LIBRARIES = ("django.conf", "django.contrib.auth", "allauth")


def words(own: Catalog) -> dict[str, str]:
    """What Hong Kong says instead of a word of zh-Hant."""
    return {str(m.id): str(m.string) for m in own if m.id and m.context == WORD}


def texts(own: Catalog) -> Iterator[Message]:
    """The texts that Hong Kong has of its own."""
    return (message for message in own if message.id and message.context != WORD)


def whole(base: Catalog, own: Catalog) -> Catalog:
    """Every text as Hong Kong reads it: its own, else zh-Hant in its words, else a library's zh-Hant."""
    catalog, said = Catalog(locale=BASE, charset="utf-8"), words(own)
    for message in _of_libraries():
        _put(catalog, message, message.string)
    for message in base:
        _put(catalog, message, reworded(message, said))
    for message in texts(own):
        _put(catalog, message, message.string)
    return catalog


def reworded(message: Message, said: dict[str, str]) -> str | tuple[str, ...]:
    """A text of zh-Hant in Hong Kong's words: the longest word that fits, each place once.

    Around a word in Latin letters stands a space; around the Chinese one that is said instead, none.
    """
    longest_first = sorted(said, key=len, reverse=True)
    pattern = re.compile(
        "|".join(f" ?{word} ?" if word.isascii() else re.escape(word) for word in longest_first)
    )

    def say(text: str) -> str:
        return pattern.sub(lambda found: said[found[0].strip()], text)

    if isinstance(message.string, tuple):
        return tuple(say(text) for text in message.string)
    return say(str(message.string))


def _put(catalog: Catalog, message: Message, string: str | list[str] | tuple[str, ...] | None) -> None:
    """A text that is not translated yet, and a library's header, are none."""
    if message.id and string:
        catalog.delete(message.id, message.context)
        catalog.add(message.id, string, context=message.context)


def _of_libraries() -> Iterator[Message]:
    for package in LIBRARIES:
        with (files(package) / "locale" / BASE / "LC_MESSAGES" / "django.mo").open("rb") as file:
            for message in read_mo(file):
                if isinstance(message.context, bytes):  # as Babel leaves it
                    message.context = message.context.decode()
                yield message

"""The texts of the pages and their translations, without any tool but Babel.

python -m yuanyou.project.messages update    take texts from the source into locale/*/LC_MESSAGES/django.po
python -m yuanyou.project.messages check     say what is missing or wrong; exit status 1 when anything is
python -m yuanyou.project.messages compile   make the .mo files that Django reads

Hong Kong's locale/zh_Hant-hk/LC_MESSAGES/django.po is small and written by hand (project/hong_kong.py).
"""

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from yuanyou.project import hong_kong

PACKAGE = Path(__file__).resolve().parents[1]
LOCALES = ("zh_Hans", "zh_Hant")
KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
HEADER = """msgid ""
msgstr ""
"Language: {locale}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""
_PLACEHOLDER = re.compile(r"%\([a-z_]+\)[a-z]|%[a-z]|</?[a-z]+|\{[a-z_]+\}")


def po_file(locale: str) -> Path:
    return PACKAGE / "locale" / locale / "LC_MESSAGES" / "django.po"


def template() -> Catalog:
    """Every text in the source, with the files it is in."""
    catalog = Catalog(charset="utf-8")
    for path in _sources():
        method = "python" if path.suffix == ".py" else _extract_template
        with path.open("rb") as file:
            found = extract(method, file, keywords=KEYWORDS, comment_tags=("Translators:",))
            for _line, text, comments, context in found:
                where = [(path.relative_to(PACKAGE).as_posix(), 0)]
                catalog.add(text, None, where, auto_comments=comments, context=context)
    return catalog


def load(locale: str) -> Catalog:
    """The translations as they are; empty when there is no file yet."""
    path, language = po_file(locale), hong_kong.BASE if locale == hong_kong.LOCALE else locale
    if not path.exists():
        return Catalog(locale=language, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language, charset="utf-8")


def as_read(locale: str) -> Catalog:
    """What Django reads: the translations, for Hong Kong with all that it shares with zh-Hant."""
    if locale == hong_kong.LOCALE:
        return hong_kong.whole(load(hong_kong.BASE), load(locale))
    return load(locale)


def update(locale: str) -> None:
    """New texts come in untranslated, texts that are gone go; nothing is guessed."""
    catalog = load(locale)
    catalog.update(template(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    written = BytesIO()
    write_po(written, catalog, width=110, omit_header=True, sort_by_file=True, include_lineno=False)
    path = po_file(locale)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEADER.format(locale=locale) + written.getvalue().decode().lstrip("\n"), "utf-8")


def compile_(locale: str) -> None:
    with po_file(locale).with_suffix(".mo").open("wb") as file:
        write_mo(file, as_read(locale))


def faults(locale: str) -> Iterator[str]:
    """What keeps a language from being whole: one sentence for each text."""
    wanted, catalog = template(), load(locale)
    for message in wanted:
        if not message.id:
            continue
        translated = catalog.get(message.id, message.context)
        if translated is None or not _complete(translated):
            yield f"{locale}: not translated: {_text(message.id)!r} ({message.locations[0][0]})"
        elif translated.fuzzy:
            yield f"{locale}: only guessed: {_text(message.id)!r}"
        elif not _same_placeholders(translated):
            yield f"{locale}: other placeholders or tags: {_text(message.id)!r}"
    for message in catalog:
        if message.id and wanted.get(message.id, message.context) is None:
            yield f"{locale}: no longer in the source: {_text(message.id)!r}"


def faults_of_hong_kong() -> Iterator[str]:
    """What is wrong with the small catalogue: one sentence for each text of its own."""
    wanted, own, base = template(), load(hong_kong.LOCALE), load(hong_kong.BASE)
    words = hong_kong.words(own)
    for message in hong_kong.texts(own):
        shared = base.get(message.id, message.context)
        if wanted.get(message.id, message.context) is None or shared is None:
            yield f"{hong_kong.LOCALE}: no longer in the source: {_text(message.id)!r}"
        elif not _complete(message) or not _same_placeholders(message):
            yield f"{hong_kong.LOCALE}: empty, or other placeholders or tags: {_text(message.id)!r}"
        elif message.string == hong_kong.reworded(shared, words):
            yield f"{hong_kong.LOCALE}: its words say the same: {_text(message.id)!r}"


def _sources() -> list[Path]:
    found = [path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts]
    found += [path for kind in ("html", "txt") for path in PACKAGE.rglob(f"templates/**/*.{kind}")]
    return sorted(found)


def _extract_template(file: Any, keywords: Any, comment_tags: Any, options: Any) -> Iterator[Any]:
    """Django templates for Babel: turned into Python calls by Django's own means."""
    from babel.messages.extract import extract_python
    from django.utils.translation.template import templatize

    calls = templatize(file.read().decode())
    flush_left = "\n".join(line.strip() for line in calls.splitlines())
    yield from extract_python(BytesIO(flush_left.encode()), keywords, comment_tags, options)


def _complete(message: Message) -> bool:
    strings = message.string if isinstance(message.string, tuple) else (message.string,)
    return all(strings)


def _same_placeholders(message: Message) -> bool:
    """A plural's only form in Chinese has the placeholders of the English plural."""
    source = message.id[-1] if isinstance(message.id, tuple) else message.id
    strings = message.string if isinstance(message.string, tuple) else (message.string,)
    return all(_marks(str(string)) == _marks(str(source)) for string in strings)


def _marks(text: str) -> list[str]:
    return sorted(_PLACEHOLDER.findall(text))


def _text(identity: Any) -> str:
    return str(identity[0] if isinstance(identity, tuple) else identity)


def _each(act: Callable[[str], None], locales: Iterable[str]) -> int:
    for locale in locales:
        act(locale)
    return 0


def _check() -> int:
    found = [fault for locale in LOCALES for fault in faults(locale)] + list(faults_of_hong_kong())
    print(*found, f"{len(found)} faults", sep="\n")
    return 1 if found else 0


def main(arguments: list[str]) -> int:
    """Do what the one argument says; exit status 2 and how to use it when it says nothing known."""
    match arguments:
        case ["update"]:
            return _each(update, LOCALES)
        case ["compile"]:
            return _each(compile_, (*LOCALES, hong_kong.LOCALE))
        case ["check"]:
            return _check()
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The documents that are drawn from the code: settings, states, books. `python -m yuanyou.project.docs`."""

from pathlib import PurePosixPath

from yuanyou.project.docs import books, settings, states


def pages() -> dict[PurePosixPath, str]:
    """Every drawn document by its place under `docs/`."""
    return {
        PurePosixPath("settings.md"): settings.page(),
        PurePosixPath("books/README.md"): books.page(),
        **{PurePosixPath("states") / name: text for name, text in states.pages().items()},
    }

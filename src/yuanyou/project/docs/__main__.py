"""Writes every drawn document into `docs/` of the current folder and says which ones changed."""

from pathlib import Path

from yuanyou.project.docs import pages


def main() -> None:
    docs = Path("docs")
    if not docs.is_dir():
        raise SystemExit("There is no docs/ here: run this in the folder of the repository.")
    for place, text in pages().items():
        file = docs / place
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")
            print(file)


if __name__ == "__main__":
    main()

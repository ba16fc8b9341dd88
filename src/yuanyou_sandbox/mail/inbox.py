"""Letters that arrived, one row for each recipient, kept as they came."""

from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage, Message
from email.parser import BytesHeaderParser, BytesParser
from typing import Any

from yuanyou_sandbox.shared.store import EVERYTHING
from yuanyou_sandbox.shared.world import World

COMPANY = "mail"
SCHEMA = """
CREATE TABLE IF NOT EXISTS mail_messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, sender TEXT NOT NULL, recipient TEXT NOT NULL,
    subject TEXT NOT NULL, raw BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS mail_messages_by_recipient ON mail_messages (recipient, id);
"""
COLUMNS = "id, at, sender, recipient, subject, raw"
HEADERS, WHOLE = BytesHeaderParser(policy=policy.default), BytesParser(policy=policy.default)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a letter."""

    name: str
    type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter to one address. `at` in virtual epoch seconds; addresses as in the envelope, lower case."""

    id: int
    at: float
    sender: str
    recipient: str
    subject: str
    raw: bytes

    def parts(self) -> tuple[str, str]:
        """Its text and its HTML; empty where it has none."""
        message = WHOLE.parsebytes(self.raw)
        return _part(message, "plain"), _part(message, "html")

    def attachments(self) -> list[Attachment]:
        """What comes with it."""
        return [
            Attachment(part.get_filename() or "attachment", part.get_content_type(), _bytes(part))
            for part in WHOLE.parsebytes(self.raw).iter_attachments()
        ]

    def told(self) -> dict[str, Any]:
        """As JSON shows it."""
        text, html = self.parts()
        attached = [
            {
                "name": each.name,
                "type": each.type,
                "size": len(each.content),
                "url": attachment_url(self, place),
            }
            for place, each in enumerate(self.attachments())
        ]
        return {
            "id": self.id,
            "at": self.at,
            "from": self.sender,
            "to": self.recipient,
            "subject": self.subject,
            "text": text,
            "html": html,
            "attachments": attached,
        }


class Inbox:
    """Every letter to everybody."""

    def __init__(self, world: World) -> None:
        world.store.add_tables(SCHEMA)
        self._store, self._clock = world.store, world.clock

    def take(self, sender: str, recipients: list[str], raw: bytes) -> None:
        """Keep a letter; it is there when this returns."""
        subject = str(HEADERS.parsebytes(raw).get("Subject", ""))
        now = self._clock.now()
        with self._store.transaction():
            self._store.run_many(
                "INSERT INTO mail_messages (at, sender, recipient, subject, raw) VALUES (?, ?, ?, ?, ?)",
                [(now, sender.lower(), each.lower(), subject, raw) for each in recipients],
            )

    def find(self, ident: int) -> Letter | None:
        return next(self._letters("id = ?", (ident,), 1), None)

    def newest(self, *, to: str | None, after_id: int = 0, limit: int) -> list[Letter]:
        """Newest first, to one address or to all, only those that came after `after_id`."""
        after_id = min(after_id, EVERYTHING)
        if to is None:
            return list(self._letters("id > ?", (after_id,), limit))
        return list(self._letters("recipient = ? AND id > ?", (to.strip().lower(), after_id), limit))

    def count(self) -> int:
        return int(self._store.run("SELECT count(*) FROM mail_messages")[0][0])

    def _letters(self, where: str, parameters: tuple[Any, ...], limit: int) -> Iterator[Letter]:
        sql = f"SELECT {COLUMNS} FROM mail_messages WHERE {where} ORDER BY id DESC LIMIT ?"  # noqa: S608
        return (Letter(*row) for row in self._store.run(sql, (*parameters, limit)))


def attachment_url(letter: Letter, place: int) -> str:
    """Where it can be downloaded."""
    return f"/{COMPANY}/{letter.id}/attachments/{place}"


def _bytes(part: Message) -> bytes:
    """The file itself; a letter that is attached to a letter as it was sent."""
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else part.as_bytes()


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part else ""

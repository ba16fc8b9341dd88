"""Mail by SMTP (RFC 5321), multipart text and HTML (RFC 2046)."""

import smtplib
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from yuanyou.messages.port import AddressRefused, ChannelDown, Letter

TIMEOUT_SECONDS = 8
PERMANENT = 500


class Smtp:
    """One mail server that accepts our mail. `tls` is `none`, `starttls` or `tls`."""

    def __init__(self, *, host: str, port: int, user: str, password: str, tls: str, sender: str) -> None:
        self._host, self._port = host, port
        self._user, self._password = user, password
        self._tls, self._sender = tls, sender

    def send(self, letter: Letter) -> None:
        try:
            with self._connect() as server:
                server.send_message(self._message(letter))
        except smtplib.SMTPRecipientsRefused as error:
            code, why = next(iter(error.recipients.values()))
            self._refused(code, why)
        except smtplib.SMTPResponseException as error:
            self._refused(error.smtp_code, error.smtp_error)
        except (OSError, smtplib.SMTPException) as error:
            raise ChannelDown(repr(error)) from error

    def _connect(self) -> smtplib.SMTP:
        kind = smtplib.SMTP_SSL if self._tls == "tls" else smtplib.SMTP
        server = kind(self._host, self._port, timeout=TIMEOUT_SECONDS)
        if self._tls == "starttls":
            server.starttls()
        if self._user:
            server.login(self._user, self._password)
        return server

    def _message(self, letter: Letter) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._sender, letter.to, letter.subject
        message["Date"], message["Message-ID"] = formatdate(), make_msgid(letter.message_ref, "yuanyou")
        message.set_content(letter.text)
        message.add_alternative(letter.html, subtype="html")
        return message

    @staticmethod
    def _refused(code: int, why: bytes | str) -> None:
        """5xx is for ever, 4xx is not now (RFC 5321 §4.2.1)."""
        said = f"{code} {why.decode(errors='replace') if isinstance(why, bytes) else why}"
        raise AddressRefused(said) if code >= PERMANENT else ChannelDown(said)

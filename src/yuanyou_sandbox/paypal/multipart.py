"""Forms with files, as evidence is sent: the part `input` is JSON, every other part is a file."""

from email import message_from_bytes
from typing import Any

from yuanyou_sandbox.paypal.reader import decode

KIND = "multipart/form-data"


def decode_form(content_type: str, body: bytes) -> dict[str, Any]:
    """The JSON object of `input`, with the names of the files as `files`. ApiError when it is not JSON."""
    form = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode("latin-1") + body)
    tree: dict[str, Any] = {}
    files: list[str] = []
    for part in form.walk():
        name = part.get_param("name", header="content-disposition")
        payload = part.get_payload(decode=True)
        if name == "input" and isinstance(payload, bytes):
            tree = decode(payload)
        elif part.get_filename():
            files.append(str(part.get_filename()))
    return tree | ({"files": files} if files else {})

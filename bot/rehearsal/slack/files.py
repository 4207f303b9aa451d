"""Files that the app uploads: announced, handed over, shared, deleted. Kept in memory, for as long as the workspace is.

State only; the methods are in `methods_files.py`, the address where bytes arrive in `server.py`.
"""

import secrets
from dataclasses import dataclass


@dataclass(slots=True)
class Upload:
    """One file. `content` is None until its bytes have come; `shared` holds (channel, ts) once it stands somewhere."""

    id: str
    name: str
    length: int
    title: str = ""
    content: bytes | None = None
    completed: bool = False
    shared: tuple[str, str] | None = None
    deleted: bool = False


class Files:
    """Every file of the app, by id and by the ticket of its upload address."""

    def __init__(self) -> None:
        self.base = "https://files.slack.com/upload/v1/"
        self.uploads: dict[str, Upload] = {}
        self._tickets: dict[str, Upload] = {}

    def announce(self, name: str, length: int) -> tuple[Upload, str]:
        """Returns a new file and the address to which its bytes are to be sent, once."""
        upload = Upload(f"F0{secrets.token_hex(4).upper()}", name, length)
        ticket = secrets.token_urlsafe(24)
        self.uploads[upload.id] = self._tickets[ticket] = upload
        return upload, f"{self.base}{ticket}"

    def receive(self, ticket: str, content: bytes) -> bool:
        """Takes a file's bytes; False where nobody waits for them, or not for so many."""
        upload = self._tickets.get(ticket)
        if upload is None or len(content) != upload.length:
            return False
        del self._tickets[ticket]
        upload.content = content
        return True

    def standing(self) -> list[Upload]:
        """Returns the files that people can open now, oldest first."""
        return [upload for upload in self.uploads.values() if upload.shared and not upload.deleted]

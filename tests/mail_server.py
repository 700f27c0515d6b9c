"""A mail server on loopback that speaks SMTP (RFC 5321) as far as senders need it, and keeps what it took."""

from __future__ import annotations

import email
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage


@dataclass(slots=True)
class Taken:
    """What a mail server took: envelope and message."""

    sender: str
    recipients: list[str]
    message: EmailMessage


@dataclass(slots=True)
class MailServer:
    """The server's address, what it took, and whom it refuses."""

    port: int = 0
    taken: list[Taken] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)


class _Session(socketserver.StreamRequestHandler):
    """One connection, command by command."""

    def handle(self) -> None:
        server: MailServer = self.server.mail  # type: ignore[attr-defined]
        sender, recipients = "", []
        self._say("220 loopback ESMTP")
        while line := self.rfile.readline(1000).decode("ascii").strip():
            verb, _, rest = line.partition(" ")
            match verb.upper():
                case "EHLO" | "HELO":
                    self._say("250 loopback")
                case "MAIL":
                    sender, recipients = _path(rest), []
                    self._say("250 ok")
                case "RCPT" if _path(rest) in server.refuses:
                    self._say("550 no such mailbox")
                case "RCPT":
                    recipients.append(_path(rest))
                    self._say("250 ok")
                case "DATA":
                    self._say("354 go on")
                    raw = b"".join(iter(self._line, b".\r\n"))
                    message = email.message_from_bytes(raw, policy=policy.default)
                    assert isinstance(message, EmailMessage)
                    server.taken.append(Taken(sender, recipients, message))
                    self._say("250 taken")
                case "RSET" | "NOOP":
                    self._say("250 ok")
                case "QUIT":
                    self._say("221 bye")
                    return
                case _:
                    self._say("502 not here")

    def _line(self) -> bytes:
        line = self.rfile.readline(1000)
        return line[1:] if line.startswith(b"..") else line

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode("ascii") + b"\r\n")


class _Threads(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def _path(text: str) -> str:
    return text.partition("<")[2].partition(">")[0]


@contextmanager
def mail_server(server: MailServer) -> Iterator[MailServer]:
    """Run the server; at its port of before when it had one."""
    with _Threads(("127.0.0.1", server.port), _Session) as listening:
        listening.mail = server  # type: ignore[attr-defined]
        server.port = listening.server_address[1]
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            listening.shutdown()
            thread.join()

"""Mail over SMTP, with STARTTLS or TLS and a login when the server asks for them."""

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate
from hashlib import sha256
from typing import Literal

from engine.connectors.messages import Mail
from engine.errors import InvalidInput, Unavailable

PERMANENT_FROM = 500


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail goes. `timeout` is in seconds; `trusted_ca` is a PEM file for a server with a private certificate."""

    host: str
    port: int
    sender: str
    security: Literal["none", "starttls", "tls"] = "starttls"
    username: str | None = None
    password: str | None = None
    timeout: float = 10.0
    trusted_ca: str | None = None


class SmtpMailSender:
    """A `MailSender` that opens one connection a mail: simple, and nothing is left half-sent."""

    def __init__(self, server: SmtpServer) -> None:
        self._server = server

    def send(self, mail: Mail) -> str:
        message = compose(mail, self._server.sender)
        try:
            with self._connect() as connection:
                connection.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            raise _refusal(code, text) from error
        except smtplib.SMTPResponseException as error:
            raise _refusal(error.smtp_code, error.smtp_error) from error
        except (smtplib.SMTPException, OSError) as error:
            raise Unavailable(f"The mail server {self._server.host} did not take the mail: {error}.") from error
        return str(message["Message-ID"])

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        context = ssl.create_default_context(cafile=server.trusted_ca) if server.security != "none" else None
        if server.security == "tls":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=server.timeout, context=context
            )
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=server.timeout)
        try:
            if server.security == "starttls":
                connection.starttls(context=context)
            if server.username:
                connection.login(server.username, server.password or "")
        except BaseException:
            connection.close()
            raise
        return connection


def compose(mail: Mail, sender: str) -> EmailMessage:
    """The message to send; `mail.headers` add to ours or take their place.

    Raises InvalidInput when an address or a header holds what a header cannot.
    """
    message = EmailMessage()
    headers = {"From": sender, "To": mail.to, "Subject": mail.subject, "Date": formatdate(usegmt=True)}
    headers |= {"Message-ID": message_id(mail.idempotency_key, sender), "X-Idempotency-Key": mail.idempotency_key}
    headers |= {"Auto-Submitted": "auto-generated"} | ({"Reply-To": mail.reply_to} if mail.reply_to else {})
    try:
        for name, value in (headers | mail.headers).items():
            message[name] = value
    except ValueError as error:
        raise InvalidInput(f"The mail to {mail.to!r} cannot be composed: {error}.") from error
    message.set_content(mail.text)
    return message


def message_id(idempotency_key: str, sender: str) -> str:
    """The same for the same key, so that a mail sent twice shows as one in the receiver's mailbox."""
    domain = sender.rpartition("@")[2].rstrip("> ") or "localhost"
    return f"<{sha256(idempotency_key.encode()).hexdigest()[:32]}@{domain}>"


def _refusal(code: int, text: bytes | str) -> InvalidInput | Unavailable:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    # A login refused (535) is ours to correct, not the receiver's fault: the mail can still go out later.
    if code >= PERMANENT_FROM and code not in (530, 534, 535):
        return InvalidInput(f"The mail server refused the mail for good: {code} {words}")
    return Unavailable(f"The mail server did not take the mail now: {code} {words}")

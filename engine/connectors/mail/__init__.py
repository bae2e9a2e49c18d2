"""Mail out (SMTP) and in (a shared mailbox over IMAP), and what a mail says once it is read."""

from engine.connectors.mail.imap import ImapServer, Letter, SharedMailbox, imap_server
from engine.connectors.mail.reading import MailFile, MailReceived, read_mail
from engine.connectors.mail.smtp import SmtpMailSender, SmtpServer, compose, message_id

__all__ = [
    "ImapServer",
    "Letter",
    "MailFile",
    "MailReceived",
    "SharedMailbox",
    "SmtpMailSender",
    "SmtpServer",
    "compose",
    "imap_server",
    "message_id",
    "read_mail",
]

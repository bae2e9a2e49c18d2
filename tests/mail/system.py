"""A mail system of the test's own: Debian's Exim takes and delivers mail, Debian's Dovecot serves the mailboxes over IMAP.

Both run as ordinary processes on loopback ports, in a folder of the test's, and end with it.
"""

from __future__ import annotations

import getpass
import grp
import imaplib
import os
import pwd
import shutil
import signal
import smtplib
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

DOMAIN = "kefuflow.test"
DESK, CUSTOMER = "kefu", "customer"
PASSWORD = "a test's password"
PROGRAMS = {"dovecot": "/usr/sbin/dovecot", "exim4": "/usr/sbin/exim4"}
_PATIENCE = 20.0

_DOVECOT = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {internal}
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain
mail_location = maildir:~/Maildir
first_valid_uid = 1
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {folder}/users
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%n
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""
_EXIM = """
primary_hostname = mx.{domain}
spool_directory = {folder}/spool
log_file_path = {folder}/exim-%slog
pid_file_path = {folder}/exim.pid
local_interfaces = 127.0.0.1
daemon_smtp_ports = {smtp}
tls_advertise_hosts =
host_lookup =
rfc1413_hosts =
keep_environment =
deliver_drop_privilege = true
trusted_users = {user}
message_size_limit = 60M
acl_smtp_rcpt = take
acl_smtp_data = take_data
begin acl
take:
  accept
take_data:
  accept
begin routers
mailboxes:
  driver = accept
  domains = {domain}
  local_parts = lsearch;{folder}/boxes
  transport = maildir
nowhere:
  driver = redirect
  allow_fail
  data = :fail: there is no such mailbox here
begin transports
maildir:
  driver = appendfile
  directory = {folder}/mail/$local_part_data/Maildir
  create_directory
  maildir_format
  delivery_date_add
  envelope_to_add
  return_path_add
begin retry
*  *  F,1h,1m
"""


def missing() -> list[str]:
    """The programs that are not installed."""
    return [name for name, path in PROGRAMS.items() if not Path(path).exists() and shutil.which(name) is None]


@dataclass
class MailSystem:
    """Where it listens, and what a person does with it."""

    folder: Path
    smtp_port: int
    imap_port: int

    @property
    def imap_url(self) -> str:
        return f"imap://{DESK}:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{self.imap_port}/INBOX"

    def address(self, who: str = DESK) -> str:
        return f"{who}@{DOMAIN}"

    def send(self, message: EmailMessage | bytes, sender: str | None = None, to: str | None = None) -> None:
        """Hand a mail to Exim, as a customer's client does, and wait until it lies in the mailbox."""
        to = to or self.address()
        box = to.partition("@")[0]
        before = len(self.letters(box))
        with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=10) as client:
            if isinstance(message, bytes):
                client.sendmail(sender or self.address(CUSTOMER), [to], message)
            else:
                client.send_message(message, sender or self.address(CUSTOMER), [to])
        self.wait_for(box, before + 1)

    def wait_for(self, who: str, count: int) -> list[EmailMessage]:
        """The mails of a mailbox once there are so many."""
        until = time.monotonic() + _PATIENCE
        while len(found := self.letters(who)) < count:
            assert time.monotonic() < until, f"{who} has {len(found)} mails, not {count}. {self.log()}"
            time.sleep(0.05)  # another process delivers; there is nothing to wait on
        return found

    def letters(self, who: str) -> list[EmailMessage]:
        """What lies in a mailbox, by IMAP, the oldest first; reading it changes nothing."""
        with self._signed_in(who) as box:
            box.select("INBOX", readonly=True)
            _, data = box.uid("search", "ALL")  # type: ignore[arg-type]
            found = []
            for uid in data[0].split():
                _, parts = box.uid("fetch", uid, "(BODY.PEEK[])")
                found.append(message_from_bytes(parts[0][1], policy=policy.default))  # type: ignore[index]
        return found  # type: ignore[return-value]

    def flags(self, who: str = DESK) -> list[bytes]:
        with self._signed_in(who) as box:
            box.select("INBOX", readonly=True)
            _, data = box.uid("fetch", "1:*", "(FLAGS)")
        return [line for line in data if isinstance(line, bytes)]

    def number_anew(self, who: str = DESK) -> None:
        """What a restored backup or a moved mailbox does: the same mails under new UIDs, and another UIDVALIDITY."""
        for path in (self.folder / "mail" / who / "Maildir").glob("dovecot*"):
            # What was the last UIDVALIDITY is kept: without it the next is the second of the clock, which may be the same one.
            if path.is_file() and not path.name.startswith("dovecot-uidvalidity"):
                path.unlink()

    def log(self) -> str:
        return "\n".join(path.read_text(errors="replace")[-1500:] for path in sorted(self.folder.glob("*log")))

    @contextmanager
    def _signed_in(self, who: str) -> Iterator[imaplib.IMAP4]:
        box = imaplib.IMAP4("127.0.0.1", self.imap_port, timeout=10)
        try:
            box.login(who, PASSWORD)
            yield box
        finally:
            box.logout()


@contextmanager
def mail_system(folder: Path) -> Iterator[MailSystem]:
    """Exim and Dovecot with a mailbox of the desk and one of a customer."""
    system = MailSystem(folder, _free_port(), _free_port())
    _configure(system)
    started: list[subprocess.Popen[bytes]] = []
    try:
        for command in (
            [PROGRAMS["dovecot"], "-F", "-c", str(folder / "dovecot.conf")],
            [PROGRAMS["exim4"], "-C", str(folder / "exim.conf"), "-bdf", "-q1m"],
        ):
            output = (folder / f"{Path(command[0]).name}.out").open("wb")
            started.append(subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True))
        for port in (system.imap_port, system.smtp_port):
            _wait_until_open(port, started, folder)
        yield system
    finally:
        for process in started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
        for process in started:
            process.wait(timeout=10)


def _configure(system: MailSystem) -> None:
    folder = system.folder
    root = os.geteuid() == 0
    # Exim with a configuration of its own gives up root, and delivers as itself.
    user = "Debian-exim" if root else getpass.getuser()
    entry = pwd.getpwnam(user)
    values = {
        "folder": folder,
        "imap": system.imap_port,
        "smtp": system.smtp_port,
        "domain": DOMAIN,
        "user": user,
        "group": grp.getgrgid(entry.pw_gid).gr_name,
        "internal": "dovecot" if root else user,
    }
    (folder / "users").write_text("".join(f"{who}:{{PLAIN}}{PASSWORD}\n" for who in (DESK, CUSTOMER)))
    (folder / "boxes").write_text("".join(f"{who}: {who}\n" for who in (DESK, CUSTOMER)))
    (folder / "dovecot.conf").write_text(_DOVECOT.format(**values))
    (folder / "exim.conf").write_text(_EXIM.format(**values))
    (folder / "exim.conf").chmod(0o644)
    for name in ("run", "state", "mail", "spool"):
        (folder / name).mkdir(mode=0o755, exist_ok=True)
    for who in (DESK, CUSTOMER):
        (folder / "mail" / who).mkdir()
    if root:
        for place in (folder, folder / "spool", folder / "mail", folder / "mail" / DESK, folder / "mail" / CUSTOMER):
            os.chown(place, entry.pw_uid, entry.pw_gid)
    folder.chmod(0o755)  # Dovecot's own users pass through


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_open(port: int, started: list[subprocess.Popen[bytes]], folder: Path) -> None:
    until = time.monotonic() + _PATIENCE
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        dead = [process.args for process in started if process.poll() is not None]
        said = "\n".join(
            path.read_text(errors="replace")[-1500:] for path in [*folder.glob("*.out"), *folder.glob("*log")]
        )
        assert not dead, f"{dead} ended: {said}"
        assert time.monotonic() < until, f"Nobody listens on {port}: {said}"
        time.sleep(0.05)  # another process starts; there is nothing to wait on

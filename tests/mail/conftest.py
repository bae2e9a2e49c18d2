"""The desk, wired to a mail system of Debian's programs."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.engine.services.desk_fixtures import Desk, desk, furnished
from tests.mail.system import MailSystem, mail_system, missing

__all__ = ["desk", "furnished"]


@pytest.fixture
def mail() -> Iterator[MailSystem]:
    """Exim and Dovecot; without them the test is skipped loudly, or fails where CI is set."""
    lacking = missing()
    if lacking:
        words = f"{' and '.join(lacking)} not installed (Debian: dovecot-imapd, exim4-daemon-light)"
        if os.environ.get("CI"):
            pytest.fail(f"CI is set, but {words}.")
        warnings.warn(f"SKIPPED THE MAIL TESTS: {words}.", stacklevel=1)
        pytest.skip(words)
    with (
        tempfile.TemporaryDirectory(prefix="kefuflow-mail-", ignore_cleanup_errors=True) as folder,
        mail_system(Path(folder)) as system,
    ):
        yield system


@pytest.fixture
def mail_desk(desk: Desk, mail: MailSystem) -> Desk:
    """A desk whose mail goes out by Exim and comes in from Dovecot."""
    desk.runtime.settings = replace(
        desk.runtime.settings,
        smtp_host="127.0.0.1",
        smtp_port=mail.smtp_port,
        smtp_from=f"客服 <{mail.address()}>",
        imap_url=mail.imap_url,
    )
    return desk

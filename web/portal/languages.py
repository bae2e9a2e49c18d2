"""In which language a customer's page is: what they chose, else their file's English, else what the browser prefers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import request
from flask_babel import force_locale

from web.ui.context import LANGUAGES


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Draw what is drawn within in the customer's language, unless this visitor chose another.

    Chinese is what every file begins with, so it says nothing; the browser then decides as on any other page.
    """
    chosen = request.args.get("lang") in LANGUAGES or request.cookies.get("lang") in LANGUAGES
    if chosen or language == "zh" or language not in LANGUAGES:
        yield
        return
    with force_locale(language):
        yield

"""Chinese in the sources, English from `en.po` files, one beside each package; read at the start, without a build step."""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask_babel import Babel, Domain, get_locale

WEB = Path(__file__).resolve().parent.parent


@lru_cache(maxsize=4)
def load(language: str) -> NullTranslations:
    """All catalogues of a language as one. Chinese needs none."""
    merged: Any = NullTranslations()
    for path in sorted(WEB.glob(f"*/{language}.po")):
        with path.open("rb") as file:
            catalogue = read_po(file, locale=language)
        compiled = io.BytesIO()
        write_mo(compiled, catalogue)
        compiled.seek(0)
        found = Translations(compiled)
        merged = (
            found
            if isinstance(merged, NullTranslations) and not isinstance(merged, Translations)
            else merged.add(found)
        )
    return merged


class Catalogues(Domain):  # type: ignore[misc]
    """Flask-Babel's domain over the merged catalogues."""

    def get_translations(self) -> Any:
        locale = get_locale()
        return load(locale.language if locale is not None else "zh")


class CatalogueBabel(Babel):  # type: ignore[misc]
    """Flask-Babel with our catalogues as its one domain."""

    @property
    def domain_instance(self) -> Domain:
        return Catalogues()

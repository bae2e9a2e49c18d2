"""How a text is cut into the terms that the search index holds, so that Chinese words of one or two signs are found.

Neither database's own tokenizer serves: SQLite's trigrams miss words of two signs, which most Chinese words are, and
PostgreSQL's parser takes a Chinese sentence for one word. Here a run of Chinese signs becomes its pairs, its threes and its
last sign; letters and digits become words. A term is plain ASCII, so that both databases keep it as it is. A query of two
signs asks for their pair, a longer one for every three of it: that holds their order (漏水壶 is not 水壶漏水). A single sign is
asked for as the beginning of a pair, a word of letters as the beginning of a word. The digits at the end of a word are kept with
each of their ends: four of them are asked for as the end, more of them wherever they stand.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from zlib import crc32

MOST_CHARACTERS, MOST_TERMS = 4000, 1200
_RUN = re.compile(r"[a-z0-9]+|[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_GROUPS = re.compile(r"[0-9]{3,4}( [0-9]{4}){1,2}")
_LAST_DIGITS = re.compile(r"[0-9]+$")
_FEWEST_DIGITS, _MOST_DIGITS = 4, 20  # people name a phone or an order by its end, or by what they remember of it


def terms_of(texts: Iterable[str | None], marks: Iterable[str] = ()) -> str:
    """The terms of a document, separated by blanks; `marks` are codes that a query may ask for besides (`mark`)."""
    found: dict[str, None] = dict.fromkeys(mark(each) for each in marks)
    for run, before in _runs(" ".join(text for text in texts if text)):
        found.update(dict.fromkeys([*_document_terms(run), *_seam(before, run)]))
    return " ".join(list(found)[:MOST_TERMS])


def query_of(words: str, marks: Iterable[str] = ()) -> list[list[str]]:
    """What a search asks for: all of these, each by one of its terms; a term that ends in `*` is a beginning.

    Empty when the words hold no letter, digit or sign.
    """
    runs = list(_runs(_joined(words)))
    asked = [choice for run, before in runs for choice in (*_query_terms(run), *_asked_seam(before, run))]
    return [[mark(each)] for each in marks] + asked if asked else []


def _joined(words: str) -> str:
    """A part of a phone in groups, as in 0013 8000, in one piece."""
    plain = unicodedata.normalize("NFKC", words).strip()
    return plain.replace(" ", "") if _GROUPS.fullmatch(plain) else words


def mark(code: str) -> str:
    """A code that is no word of the text: a kind, a state, a tenant."""
    return f"m{crc32(code.encode()):08x}"


def _runs(text: str) -> Iterator[tuple[str, str]]:
    """Each run, and the run that it follows without a gap, or nothing."""
    plain = unicodedata.normalize("NFKC", text[:MOST_CHARACTERS]).lower()
    before, end = "", -1
    for match in _RUN.finditer(plain):
        yield match[0], before if match.start() == end else ""
        before, end = match[0], match.end()


def _seam(before: str, run: str) -> list[str]:
    """Where signs and letters meet, as in 第3件: the sign with the whole word beside it."""
    if not before:
        return []
    return [f"x{_code(before[-1])}{run[:40]}" if run[0].isascii() else f"y{before[:40]}{_code(run[0])}"]


def _asked_seam(before: str, run: str) -> Iterator[list[str]]:
    yield from ([f"{term}*"] for term in _seam(before, run))


def _document_terms(run: str) -> Iterator[str]:
    if run[0].isascii():
        yield f"w{run[:60]}"
        yield from (f"e{end}" for end in _ends(run))
        return
    for at, here in enumerate(run):
        yield f"c{_code(here)}{''.join(map(_code, run[at + 1 : at + 2]))}"
        if at + 2 < len(run):
            yield _three(run[at : at + 3])


def _query_terms(run: str) -> Iterator[list[str]]:
    if run[0].isascii():
        yield [f"w{run[:60]}*", *_asked_end(run)]
    elif len(run) == 1:
        yield [f"c{_code(run)}*"]
    elif len(run) == 2:
        yield [f"c{_code(run[0])}{_code(run[1])}"]
    else:
        yield from ([_three(run[at : at + 3])] for at in range(len(run) - 2))


def _ends(run: str) -> Iterator[str]:
    """Each end of the digits that a word ends with, but for the word itself."""
    found = _LAST_DIGITS.search(run)
    digits = found[0][-_MOST_DIGITS:] if found else ""
    longest = len(digits) - (digits == run)
    yield from (digits[-length:] for length in range(_FEWEST_DIGITS, longest + 1))


def _asked_end(run: str) -> list[str]:
    if not run.isdigit() or len(run) < _FEWEST_DIGITS:
        return []
    return [f"e{run}" if len(run) == _FEWEST_DIGITS else f"e{run[:_MOST_DIGITS]}*"]


def _three(signs: str) -> str:
    return f"t{''.join(map(_code, signs))}"


def _code(sign: str) -> str:
    # Of fixed width: the beginning of a pair is its first sign and no other.
    return f"{ord(sign):05x}"

"""No page of the desk leads its reader to one that refuses them."""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import urljoin, urlsplit

import pytest

from tests.web.desk import Desk, parsed

ALIKE = 4  # pages of a kind that are looked at


@pytest.mark.full
@pytest.mark.parametrize("who", ["ann", "lea", "sue", "max", "wes", "olga", "boss"])
def test_no_link_leads_to_a_refusal(desk: Desk, who: str) -> None:
    number = desk.complain()
    desk.complain(contact="13900000009")
    desk.post("ann", f"/desk/cases/{number}/notes", {"text": "x"})
    desk.post("ann", f"/desk/cases/{number}/escalate")  # a supervisor's task is no agent's
    desk.work()
    assert refused(desk, who) == []


def refused(desk: Desk, who: str) -> list[str]:
    """Follow the links from a person's first page on; says which did not lead to a page."""
    ahead, seen, kinds, bad = [("/", "")], {"/"}, Counter[str](), []
    while ahead:
        path, came = ahead.pop()
        answer = desk.get(who, path, follow_redirects=True)
        if answer.status_code != 200:
            bad.append(f"{answer.status_code} {path} from {came}")
        elif answer.mimetype == "text/html" and answer.text.strip():
            for found in [address for address in links(answer, path) if address not in seen]:
                kind = re.sub(r"\d+", "#", urlsplit(found).path)
                kinds[kind] += 1
                if kinds[kind] <= ALIKE:
                    seen.add(found)
                    ahead.append((found, path))
    return bad


def links(answer, path: str) -> list[str]:
    found = [urlsplit(urljoin(path, href)) for href in parsed(answer).xpath("//a/@href | //@data-live-url")]
    return [f"{each.path}?{each.query}" for each in found if not each.netloc]

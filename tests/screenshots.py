"""`python -m tests.screenshots OUT`: a picture of every page for each audience, in Chinese and English, wide and 390 px, light and dark.

It starts a server of its own with the demo data, in a home that is thrown away, and signs in as each audience. `--only TEXT` takes the
pages whose address or name holds the text; `--quick` takes them once, in Chinese, wide and light.
"""

from __future__ import annotations

import argparse
import itertools
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.e2e.desk import context_in
from tests.e2e.server import Server
from tests.pages import PAGES, enter, prepare, visit

WIDTHS = {"wide": 1440, "phone": 390}
LANGUAGES = ("zh", "en")
THEMES = ("light", "dark")
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


def main() -> int:
    given = _arguments()
    given.out.mkdir(parents=True, exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix="kefuflow-screenshots-"))
    server = Server(home)
    try:
        password = server.load_demo(complaints=True)
        server.start()
        with sync_playwright() as playwright:
            path = shutil.which("chromium") or shutil.which("google-chrome")
            browser = playwright.chromium.launch(executable_path=path, args=ARGS)
            prepare(server, browser)
            taken = sum(1 for _ in _take(browser, server, password, given))
            browser.close()
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)
    sys.stdout.write(f"{taken} pictures in {given.out}\n")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--quick", action="store_true")
    return parser.parse_args()


def _take(browser: Browser, server: Server, password: str, given: argparse.Namespace) -> Iterator[Path]:
    wanted = [shown for shown in PAGES if given.only in f"{shown.name} {shown.path} {shown.who}"]
    views = [("zh", "wide", "light")] if given.quick else list(itertools.product(LANGUAGES, WIDTHS, THEMES))
    for who, mine in itertools.groupby(sorted(wanted, key=lambda shown: shown.who or ""), key=lambda shown: shown.who):
        pages = list(mine)
        for language, width, theme in views:
            size = {"width": WIDTHS[width], "height": 900}
            context = context_in(language, browser, server, color_scheme=theme, viewport=size)
            context.set_default_timeout(60_000)
            page = context.new_page()
            if who:
                enter(page, who, password)
            for shown in pages:
                target = given.out / f"{shown.name}.{language}.{width}.{theme}.png"
                if visit(page, shown) is None:
                    sys.stdout.write(f"{shown.name}: no way there\n")
                    continue
                page.screenshot(path=target, full_page=True, animations="disabled")
                yield target
            context.close()


if __name__ == "__main__":
    raise SystemExit(main())

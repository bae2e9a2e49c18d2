"""Somebody without a mouse: they press keys, and never lose sight of where they are."""

from __future__ import annotations

import re
from typing import Any, cast

from playwright.sync_api import Error, Page

# form-js listens anew to keys after each drawing: until then it hears them as before.
SETTLED = "() => new Promise((on) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(on, 150))))"
# What the eye needs to find the focus: something in sight that looks otherwise than its twin without the focus.
NOW = """() => {
  const at = document.activeElement;
  if (at === document.body || at === document.documentElement) return { lost: true, name: '' };
  const frame = at.closest('.fjs-input-group') ?? at;  // form-js draws its selects around an input of no size
  const looks = (one) => {
    const { outlineStyle, outlineWidth, boxShadow, borderColor } = getComputedStyle(one);
    return [outlineStyle === 'none' ? 0 : outlineWidth, boxShadow, borderColor].join();
  };
  const standsOut = (one) => {
    const twin = one.cloneNode(false);
    for (const name of ['id', 'name', 'autofocus']) twin.removeAttribute(name);
    one.after(twin);
    const differs = looks(one) !== looks(twin);
    twin.remove();
    return differs;
  };
  const parts = at.matches('[type=date], [type=datetime-local], [type=time]');  // the browser marks the part that has it
  const box = frame.getBoundingClientRect();
  const inside = box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight;
  const name = at.getAttribute('aria-label') || at.labels?.[0]?.innerText || at.innerText || at.value || at.tagName;
  return {
    lost: false,
    seen: inside && getComputedStyle(at).visibility === 'visible' && (parts || [at, frame].some(standsOut)),
    name: name.trim().slice(0, 40),
  };
}"""


class Keyboard:
    """Keys alone, and where they have led."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, *keys: str) -> None:
        self.page.wait_for_load_state()  # whose keys are its scripts'
        for key in keys:
            self.page.keyboard.press(key)
            if key.startswith("Arrow"):
                self.page.evaluate(SETTLED)

    def types(self, text: str) -> None:
        self.page.keyboard.type(text)

    def tabs_to(self, where: str, backwards: bool = False) -> None:
        """Tab until something of this name has the focus; every stop on the way must be seen."""
        stops: list[str] = []
        for _ in range(90):
            self.press("Shift+Tab" if backwards else "Tab")
            name = self._stop()
            stops.append(name)
            if re.search(where, name):
                return
        raise AssertionError(f"Tab leads to no {where}, but to {stops}")

    def is_at(self, where: str) -> None:
        """The focus comes to something of this name, and can be seen there."""
        for _ in range(50):
            if re.search(where, self._now()["name"]):
                break
            self.page.wait_for_timeout(100)
        name = self._stop()
        assert re.search(where, name), f"the focus is at {name}, not at {where}"

    def is_anywhere(self) -> bool:
        """The focus is somewhere, and can be seen there."""
        return bool(self._stop())

    def _now(self) -> dict[str, Any]:
        try:
            return cast(dict[str, Any], self.page.evaluate(NOW))
        except Error:  # the page is just being left
            return {"lost": True, "name": ""}

    def _stop(self) -> str:
        """Where the focus is: seen, once the page has scrolled there; lost to the body it may be only on the way round."""
        for _ in range(30):
            now = self._now()
            if now["lost"] or now["seen"]:
                break
            self.page.wait_for_timeout(100)
        assert now["lost"] or now["seen"], f"nothing shows that the focus is at {now['name']}"
        return "" if now["lost"] else str(now["name"])

"""What axe finds wrong on a page, in our markup."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).resolve().parents[2] / "web" / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Drawn by bpmn.io's editors and viewers, in their markup: what they violate is theirs. What one can use in their place:
VENDORS = {
    ".bjs-container": "bpmn-js: the case's page and the instance's page list the same steps as text",
    ".djs-container": "diagram-js: as bpmn-js",
    ".dmn-js-parent": "dmn-js: the file can be edited as text and deployed",
    ".bio-properties-panel": "the properties of bpmn.io's editors: the file can be edited as text",
    ".fjs-container": "form-js: `?plain=1` gives the same form as plain HTML",
    ".fjs-editor-container": "form-js's editor: the file can be edited as text and deployed",
    ".flatpickr-calendar": "form-js's calendar: the date can be typed",
}


def violations(page: Page) -> list[str]:
    """A line for each thing that axe finds: its rule, what is wanted, and the markup."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    options = {"runOnly": STANDARD, "resultTypes": ["violations"]}
    script = "([out, options]) => axe.run({exclude: out.map((each) => [each])}, options)"
    found = page.evaluate(script, [list(VENDORS), options])["violations"]
    return [f"{each['id']}: {each['help']}: {node['html'][:160]}" for each in found for node in each["nodes"][:3]]

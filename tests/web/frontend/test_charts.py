import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_figures_are_drawn_under_the_strict_policy(open_page):
    page = open_page("charts")
    expect(page.locator("#lines svg")).to_contain_text("周三")
    expect(page.locator("#lines svg")).to_contain_text("办结")
    expect(page.locator("#parts svg")).to_contain_text("物流")
    expect(page.locator("#lines")).to_have_attribute("aria-label", "每日投诉")


def test_hovering_shows_the_values_with_their_unit(open_page):
    page = open_page("charts")
    expect(page.locator("#lines svg")).to_contain_text("周三")
    box = page.locator("#lines").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator("#lines svg")).to_contain_text("7 件")


def test_a_chart_is_drawn_again_in_the_other_theme(open_page):
    page = open_page("charts", color_scheme="light")
    label = page.locator("#lines svg text", has_text="周三").first
    light = label.get_attribute("fill")
    page.evaluate("document.documentElement.dataset.bsTheme = 'dark'")
    expect(label).not_to_have_attribute("fill", light)

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("lang", "task", "flow"), [("zh-CN", "主管审批", "是"), ("en", "Supervisor", "yes")])
def test_names_are_in_the_readers_language(open_page, lang, task, flow):
    page = open_page("case-diagram", lang)
    expect(page.locator("[data-element-id=approve]")).to_contain_text(task)
    expect(page.locator("[data-element-id=f3_label]")).to_have_text(flow)
    expect(page.locator(".bjs-powered-by")).to_be_visible()


def test_the_state_of_the_case_is_on_the_diagram(open_page):
    page = open_page("case-diagram")
    page.locator("[data-drawn]").wait_for()
    marked = {
        marker: page.locator(f".{marker}").evaluate_all("found => found.map(e => e.dataset.elementId).sort()")
        for marker in ("kf-active", "kf-done", "kf-incident")
    }
    assert marked["kf-active"] == ["approve"]
    assert marked["kf-incident"] == ["refund"]
    done = {name for name in marked["kf-done"] if not name.endswith("_label")}
    # f3 leads to the active step; f4 to one that was not reached.
    assert done == {"start", "verify", "big", "f1", "f2", "f3"}
    stroke = page.locator(".kf-incident .djs-visual > rect").evaluate("e => getComputedStyle(e).stroke")
    assert stroke == "rgb(179, 38, 30)"


def test_the_viewer_is_loaded_when_it_scrolls_into_view(open_page):
    page = open_page("case-diagram")
    page.locator("[data-drawn]").wait_for()
    page.evaluate("""() => {
      const far = document.createElement('div');
      far.append(document.createElement('div'));
      far.firstChild.style.height = '9000px';
      const diagram = Object.assign(document.createElement('div'), { id: 'second', className: 'kf-diagram' });
      diagram.dataset.diagramUrl = '/files/refund.bpmn';
      far.append(diagram);
      document.body.append(far);
      far.dispatchEvent(new CustomEvent('kf:content', { bubbles: true }));
    }""")
    expect(page.locator("#second .djs-container")).to_have_count(0)
    page.locator("#second").scroll_into_view_if_needed()
    expect(page.locator("#second .djs-container")).to_have_count(1)


def test_zooming_and_fitting(open_page):
    page = open_page("case-diagram")
    scale = "() => document.querySelector('.kf-diagram .viewport').getCTM().a"
    page.get_by_role("button", name="适应窗口").click()
    fitted = page.evaluate(scale)
    page.get_by_role("button", name="放大").click()
    assert page.evaluate(scale) > fitted
    page.get_by_role("button", name="适应窗口").click()
    assert page.evaluate(scale) == pytest.approx(fitted)


def test_where_the_whole_would_be_unreadable_the_current_step_is_shown(open_page):
    page = open_page("case-diagram", viewport={"width": 390, "height": 800})
    page.locator("[data-drawn]").wait_for()
    assert page.evaluate("() => document.querySelector('.kf-diagram .viewport').getCTM().a") == pytest.approx(0.8)
    frame = page.locator(".kf-diagram").bounding_box()
    step = page.locator("[data-element-id=refund] .djs-visual").bounding_box()
    assert frame["x"] <= step["x"]
    assert step["x"] + step["width"] <= frame["x"] + frame["width"]


def test_an_english_name_is_not_broken_within_a_word(open_page):
    page = open_page("case-diagram", "en")
    page.locator("[data-drawn]").wait_for()
    lines = page.locator("[data-element-id=start_label] tspan").all_text_contents()
    assert " ".join(lines).split() == ["Request", "received"]
    assert page.locator("[data-element-id=f3_label] tspan").all_text_contents() == ["yes"]

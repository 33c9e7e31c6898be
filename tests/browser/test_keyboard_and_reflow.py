"""Pages by keyboard alone, on narrow screens and enlarged, and with less motion."""

import pytest

from tests.browser.test_accessibility import pages_of

pytestmark = [pytest.mark.book, pytest.mark.slow]

FOCUSED = """() => { const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();
  return { tag: e.tagName, text: (e.innerText || e.getAttribute("aria-label") || "").trim().slice(0, 60),
           outline: s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0, shadow: s.boxShadow !== "none",
           seen: r.width > 0 && r.height > 0, mark: e.outerHTML.slice(0, 120) }; }"""


@pytest.fixture
def survey(page, site):
    page.goto((site / "chapters" / "survey.html").as_uri())
    return page


def test_the_first_stop_is_a_link_to_the_content_that_is_seen_and_works(survey):
    survey.keyboard.press("Tab")
    first = survey.evaluate(FOCUSED)
    assert first["tag"] == "A" and first["text"] == "Skip to main content" and first["seen"]
    survey.keyboard.press("Enter")
    survey.keyboard.press("Tab")
    inside = survey.evaluate("() => document.querySelector('main').contains(document.activeElement)")
    assert inside


@pytest.mark.parametrize("name", ["chapters/index.html", "chapters/survey.html", "findings/index.html",
                                  "chapters/appendices/did_choices.html"])
def test_every_stop_is_seen_and_there_is_no_trap(page, site, name):
    """Tab goes on until it comes round; every stop has an outline or a shadow."""
    page.goto((site / name).as_uri())
    wanted = page.evaluate("""() => [...document.querySelectorAll(
      "a[href], button, summary, input, select, [tabindex='0']")].filter((e) => e.getClientRects().length &&
      e.tabIndex >= 0 && getComputedStyle(e).visibility !== "hidden").length""")
    seen, unseen = set(), []
    for _ in range(min(wanted, 150)):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        if stop["tag"] == "BODY":
            break
        seen.add(page.evaluate("() => [...document.querySelectorAll('*')].indexOf(document.activeElement)"))
        if not (stop["outline"] or stop["shadow"]):
            unseen.append(stop["mark"])
    assert unseen == []
    assert len(seen) >= 0.9 * min(wanted, 150)


def test_the_menu_on_a_phone_opens_and_closes_by_keyboard_and_gives_the_focus_back(browser, site):
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto((site / "chapters" / "survey.html").as_uri())
    button = page.locator("button.primary-toggle:visible").first
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('dialog[open], #pst-primary-sidebar-modal[open]') !== null")
    assert page.evaluate("() => document.querySelector('dialog[open]').contains(document.activeElement)")
    page.keyboard.press("Escape")
    page.wait_for_function("() => document.querySelector('dialog[open]') === null")
    page.wait_for_function("() => document.activeElement.classList.contains('primary-toggle')", timeout=3000)
    context.close()


@pytest.mark.parametrize("width", [320, 640], ids=["320 px, or 400%", "200%"])
def test_no_page_scrolls_sideways(browser, site, width):
    """WCAG 1.4.10: a page of 1280 px enlarged four times has 320. Tables and pictures scroll in boxes of their own."""
    context = browser.new_context(viewport={"width": width, "height": 640})
    page = context.new_page()
    wide = []
    for file in pages_of(site):
        page.goto(file.as_uri())
        over = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if over > 0:
            wide.append((file.name, over))
    context.close()
    assert wide == []


def test_nothing_moves_for_those_who_asked_for_less_motion(browser, site):
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto((site / "chapters" / "survey.html").as_uri())
    moving = page.evaluate("""() => [...document.querySelectorAll("*")].filter((e) => { const s = getComputedStyle(e);
      return s.transitionDuration.split(", ").some((d) => parseFloat(d) > 0) || s.animationName !== "none" ||
             s.scrollBehavior === "smooth"; }).map((e) => e.outerHTML.slice(0, 80))""")
    assert moving == []
    context.close()


def test_spacing_of_text_can_be_widened_without_loss(browser, site):
    """WCAG 1.4.12: line height 1.5, paragraphs 2, letters 0.12 and words 0.16 times the size of the text."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto((site / "chapters" / "survey.html").as_uri())
    page.add_style_tag(content="* { line-height: 1.5 !important; letter-spacing: 0.12em !important; "
                               "word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }")
    cut = page.evaluate("""() => [...document.querySelectorAll(
      "article p, article li, article td, article th, summary")].filter((e) =>
      getComputedStyle(e).overflow === "hidden" && e.scrollHeight > e.clientHeight + 1 &&
                     !e.classList.contains("visually-hidden")).map((e) => e.outerHTML.slice(0, 80))""")
    assert cut == []
    assert page.evaluate("() => document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    context.close()


def test_the_search_finds_pages_and_no_page_has_a_fault_of_its_scripts(page, site):
    """From the file system, with no server; every hit leads to a page that has the word."""
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto((site / "search.html").as_uri() + "?q=kinship")
    hits = page.locator("#search-results li a")
    hits.first.wait_for(timeout=10_000)
    addresses = [address.partition("?")[0].partition("#")[0] for address in
                 hits.evaluate_all("(links) => links.map((link) => link.getAttribute('href'))")]
    assert len(addresses) >= 5
    assert all("kinship" in (site / address).read_text(encoding="utf-8").lower() for address in set(addresses))
    for name in ("chapters/index.html", "chapters/survey.html", "chapters/appendices/did_choices.html",
                 "findings/index.html"):
        page.goto((site / name).as_uri())
    assert faults == []

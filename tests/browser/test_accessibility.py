"""Every page in a real browser: axe-core in light and dark, at phone and desktop width, folded and unfolded."""

import json
from collections import Counter

import pytest

from analysis import paths
from tests.browser import axe

pytestmark = [pytest.mark.book, pytest.mark.slow]

DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
STATES = [(size, theme, unfolded) for size in (DESKTOP, PHONE) for theme in ("light", "dark")
          for unfolded in (False, True)]
# What axe cannot decide, and why each is no fault here.
REVIEWED = {
    "aria-valid-attr-value": "attributes that name the dialog of the search, which the theme's script makes when asked",
}


def pages_of(site):
    """Every page but the one that only leads to the front page."""
    return [file for file in sorted(site.rglob("*.html")) if file != site / "index.html"]


@pytest.fixture(scope="module")
def results(browser, site):
    """What axe found on every page in every state, kept beside the build for the report on accessibility."""
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    found = {file.relative_to(site).as_posix(): look_at(page, file) for file in pages_of(site)}
    context.close()
    summary = {name: {"violations": Counter(item[0] for look in looks for item in look.violations),
                      "open": Counter(item[0] for look in looks for item in look.open)}
               for name, looks in found.items()}
    (paths.BUILD / "accessibility.json").write_text(json.dumps(summary, indent=1), encoding="utf-8")
    return found


def look_at(page, file):
    page.goto(file.as_uri())
    page.evaluate(axe.SCRIPT)
    looks = []
    for size, theme, unfolded in STATES:
        page.set_viewport_size(size)
        page.evaluate("""([theme, open]) => {
          document.documentElement.dataset.theme = document.documentElement.dataset.mode = theme;
          document.querySelectorAll("details").forEach((part) => { part.open = open; });
        }""", [theme, unfolded])
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        # Structure is the same in both themes and is looked at in the light one. Colours are in every state of the
        # dark one, and of the light one folded on a phone and unfolded on a desktop.
        light = theme == "light"
        looks.append(axe.look(page, structure=light, colours=not light or unfolded == (size is DESKTOP)))
    return looks


def test_no_page_has_a_violation(results):
    wrong = [(name, *STATES[k], *item) for name, looks in results.items() for k, look in enumerate(looks)
             for item in look.violations]
    assert wrong == [], f"{len(wrong)} violations, the first: {wrong[:5]}"


def test_what_axe_leaves_open_has_been_reviewed(results):
    left = Counter(item[0] for looks in results.values() for look in looks for item in look.open)
    assert set(left) <= set(REVIEWED), [item for looks in results.values() for look in looks for item in look.open
                                        if item[0] not in REVIEWED][:5]


def test_every_page_was_looked_at_in_every_state(results, site):
    assert len(results) == len(pages_of(site)) >= 60
    assert {len(looks) for looks in results.values()} == {8}


def test_the_look_sees_faults(page):
    """A picture without alternative text, a poor contrast, and one that axe cannot tell because of what lies above."""
    page.set_content("""<html lang="en"><title>t</title><main><h1>Heading</h1><img src="data:,">
      <p style="color:#999;background:#fff">pale</p>
      <div style="position:relative"><p id="under" style="color:#aaa">under</p>
        <div style="position:absolute;inset:0;background:rgba(0,0,0,0)"></div></div></main></html>""")
    page.evaluate(axe.SCRIPT)
    found = axe.look(page)
    assert {"image-alt", "color-contrast"} <= {item[0] for item in found.violations}
    assert any("under" in item[1] for item in found.violations)

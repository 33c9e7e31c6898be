"""A real browser on the built book: Debian's chromium, driven by Playwright, pages by their files."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis import paths

CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(scope="session")
def site() -> Path:
    """The built pages; tests of them skip where the book is not built."""
    if not (paths.HTML / "chapters" / "index.html").is_file():
        pytest.skip("the book is not built here: `make report`")
    return paths.HTML


@pytest.fixture(scope="session")
def browser():
    """One browser for all tests of a process."""
    if not CHROMIUM.is_file():
        pytest.skip("no chromium here (Debian package chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def page(browser):
    """A page at desktop width."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    yield context.new_page()
    context.close()

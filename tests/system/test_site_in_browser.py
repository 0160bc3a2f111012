"""Every kind of page in a real browser without a network: both languages, both themes, desk and phone.

Needs Debian's ``chromium``; skipped where there is none. The audit is axe-core, which the package axe-playwright-python brings along.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from pipelines.reporting.language import CODES
from pipelines.reporting.site import MENU

if TYPE_CHECKING:
    from pathlib import Path

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium")]
PHONE, DESK = 360, 1280
LEAST_LABEL = 9
PAINTED, PAINTED_MS = "performance.getEntriesByName('first-contentful-paint')", 1_000


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


def every_kind(site: Path) -> list[str]:
    """The pages of the menu, and the largest page of each further kind."""
    kinds = [folder for folder in site.iterdir() if folder.is_dir() and folder.name != "en"]
    largest = [max(folder.glob("*.html"), key=lambda path: path.stat().st_size) for folder in kinds]
    return [*MENU.values(), *(str(path.relative_to(site)) for path in largest)]


@pytest.mark.parametrize("width", [DESK, PHONE])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("code", CODES)
def test_pages_in_a_browser(site, browser, code, theme, width):
    kinds = every_kind(site)
    assert len(kinds) > len(MENU)
    look_at(site / ("" if code == "id" else code), kinds, browser, theme, width)


@pytest.mark.parametrize(("code", "theme", "width"), [("en", "light", DESK), ("id", "dark", PHONE)])
def test_every_page_of_the_documentation_in_a_browser(site, browser, code, theme, width):
    """Each is written by hand, so none stands for the others."""
    names = [str(path.relative_to(site)) for path in sorted((site / "doc").glob("*.html"))]
    assert len(names) > len(MENU)
    look_at(site / ("" if code == "id" else code), names, browser, theme, width)


def test_labels_of_charts_are_readable_on_a_phone(site, browser):
    """A chart shrinks to the window, and its labels would with it."""
    page = browser.new_context(viewport={"width": PHONE, "height": 800}, offline=True).new_page()
    page.goto((site / "plan.html").as_uri())
    sizes = page.evaluate(
        "[...document.querySelectorAll('.chart svg text')].map(t => parseFloat(getComputedStyle(t).fontSize)"
        " * t.ownerSVGElement.getBoundingClientRect().width / t.ownerSVGElement.viewBox.baseVal.width)"
    )
    assert sizes
    assert min(sizes) >= LEAST_LABEL


def look_at(folder: Path, names: list[str], browser, theme: str, width: int) -> None:
    """Open pages without a network: nothing is wider than the window, slow, noisy or against the rules of axe."""
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=theme, offline=True)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: request.url.startswith(("file:", "data:")) or said.append(f"request: {request.url}"))
    page.on("requestfailed", lambda request: said.append(f"failed: {request.url}"))
    for name in names:
        page.goto((folder / name).as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} is wider than the window"
        page.wait_for_function(f"{PAINTED}.length")
        assert page.evaluate(f"{PAINTED}[0].startTime") < PAINTED_MS, name
        assert not said, name
        # Without ``preload`` axe would fetch the style sheet again, which a page of a file may not.
        violations = Axe().run(page, options={"preload": False}).response["violations"]
        assert not violations, (name, [(found["id"], found["nodes"][0]["html"]) for found in violations])
    context.close()

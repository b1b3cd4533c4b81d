"""What axe-core has against a page: broken rules of WCAG 2.2 AA, and contrast in doubt."""

from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "portal" / "style" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]


def complaints(page: Page) -> list[tuple[str, str]]:
    """Return each rule that the page breaks, with its first place; the browser must not mind our policy."""
    page.evaluate(AXE.read_text())
    found = page.evaluate(f"axe.run(document, {{runOnly: {RULES}}})")
    doubtful = [one for one in found["incomplete"] if one["id"] == "color-contrast"]
    return [(one["id"], one["nodes"][0]["html"]) for one in (*found["violations"], *doubtful)]

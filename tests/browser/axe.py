"""axe-core in a page, and a second look at what it leaves open."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import axe_playwright_python

SCRIPT = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

RUN = """async (tags) => {
  const found = await axe.run(document, { runOnly: { type: "tag", values: tags }, elementRef: false,
                                          resultTypes: ["violations", "incomplete"] });
  const plain = (rules) => rules.flatMap((rule) => rule.nodes.map((node) => [rule.id, node.target.join(" "),
    [...node.any, ...node.all, ...node.none].map((check) => check.message).join("; ")]));
  return { violations: plain(found.violations), incomplete: plain(found.incomplete) };
}"""

# Contrast where axe could not tell what lies behind a text: the colour of the nearest ancestor that has one. Ratio as
# in WCAG 2.2, "contrast ratio" and "relative luminance"; large text is 24 px, or 18.66 px and bold.
CONTRAST = """(targets) => {
  const parse = (text) => text.match(/[0-9.]+/g).map(Number);
  const light = (rgb) => rgb.slice(0, 3).map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, k) => sum + c * [0.2126, 0.7152, 0.0722][k], 0);
  const behind = (node) => {
    for (; node; node = node.parentElement) {
      const style = getComputedStyle(node), colour = parse(style.backgroundColor);
      if (style.backgroundImage !== "none") return null;
      if (colour.length < 4 || colour[3] === 1) return colour;
      if (colour[3] > 0) return null;
    }
    return [255, 255, 255];
  };
  return targets.flatMap((target) => {
    const node = document.querySelector(target);
    if (!node || !node.getClientRects().length) return [];
    const style = getComputedStyle(node), back = behind(node), text = parse(style.color);
    const size = parseFloat(style.fontSize);
    const wanted = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
    if (!back || (text.length === 4 && text[3] < 1)) return [[target, "not to be told"]];
    const [low, high] = [light(text), light(back)].sort((a, b) => a - b);
    const ratio = (high + 0.05) / (low + 0.05);
    return ratio < wanted ? [[target, `${ratio.toFixed(2)} of ${wanted}`]] : [];
  });
}"""


@dataclass(frozen=True)
class Look:
    """What axe found in one state of a page: (rule, element, message) of violations, and what stays open."""

    violations: tuple[tuple[str, str, str], ...]
    open: tuple[tuple[str, str, str], ...]


def look(page) -> Look:
    """Run axe on the page as it stands. Contrast that it leaves open is worked out here, the rest is returned."""
    found = page.evaluate(RUN, TAGS)
    unclear = [target for rule, target, _ in found["incomplete"] if rule == "color-contrast"]
    poor = [("color-contrast", target, said) for target, said in page.evaluate(CONTRAST, unclear)]
    left = tuple(tuple(item) for item in found["incomplete"] if item[0] != "color-contrast")
    return Look((*(tuple(item) for item in found["violations"]), *poor), left)

"""axe-core in a page, and a second look at what it leaves open."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import axe_playwright_python

SCRIPT = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

RUN = """async ([tags, structure, colours]) => {
  const options = { elementRef: false, resultTypes: ["violations", "incomplete"] };
  const plain = (rules) => rules.flatMap((rule) => rule.nodes.map((node) => [rule.id, node.target.join(" "),
    [...node.any, ...node.all, ...node.none].map((check) => check.message).join("; ")]));
  const runs = [];
  if (structure) {
    runs.push(await axe.run(document, { ...options, runOnly: { type: "tag", values: tags },
                                        rules: { "color-contrast": { enabled: false } } }));
  }
  if (colours) {
    runs.push(await axe.run({ include: [["[data-looked-at]"]] },
                            { ...options, runOnly: { type: "rule", values: ["color-contrast"] } }));
    runs.push(await axe.run(document, { ...options, runOnly: { type: "rule", values: ["link-in-text-block"] } }));
  }
  return { violations: plain(runs.flatMap((run) => run.violations)),
           incomplete: plain(runs.flatMap((run) => run.incomplete)) };
}"""

# Contrast takes axe most of its time, and cells of one table have one contrast. Of texts of the same colour, size and
# weight on the same colours the first five are marked; axe looks at those.
MARK = """() => {
  const seen = {}, behind = new Map();
  const back = (node) => {
    if (!node) return "";
    if (!behind.has(node)) {
      const style = getComputedStyle(node), own = `${style.backgroundColor} ${style.backgroundImage} ${style.opacity}`;
      behind.set(node, own === "rgba(0, 0, 0, 0) none 1" ? back(node.parentElement) : own + back(node.parentElement));
    }
    return behind.get(node);
  };
  for (const node of document.querySelectorAll("[data-looked-at]")) node.removeAttribute("data-looked-at");
  for (const node of document.body.querySelectorAll("*")) {
    const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim());
    if (!own || !node.getClientRects().length) continue;
    const style = getComputedStyle(node);
    const key = [style.color, style.fontSize, style.fontWeight, style.position, back(node)].join(" ");
    seen[key] = (seen[key] || 0) + 1;
    if (seen[key] <= 5) node.setAttribute("data-looked-at", "");
  }
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


def look(page, structure: bool = True, colours: bool = True) -> Look:
    """Run axe on the page as it stands: `colours` contrast and links told by colour, `structure` every other rule.
    Contrast that axe leaves open is worked out here, the rest is returned."""
    if colours:
        page.evaluate(MARK)
    found = page.evaluate(RUN, [TAGS, structure, colours])
    unclear = [target for rule, target, _ in found["incomplete"] if rule == "color-contrast"]
    poor = [("color-contrast", target, said) for target, said in page.evaluate(CONTRAST, unclear)]
    left = tuple(tuple(item) for item in found["incomplete"] if item[0] != "color-contrast")
    return Look((*(tuple(item) for item in found["violations"]), *poor), left)

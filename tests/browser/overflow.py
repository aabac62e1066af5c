"""What of a page's text does not fit where it stands, as the browser draws it."""

from __future__ import annotations

from tests.browser.conftest import Site

PHONE_PX = 375
WIDTHS_PX = (PHONE_PX, 1280)

# A name that somebody has is shortened with an ellipsis, and is whole on its own page.
_SHORTENED = ".who .name"
# The menu is one line that is pushed aside with a finger.
_SCROLLED = ".side nav"
# Every text is compared with each box around it. Then what has no node of its own:
# placeholders, and the options of a closed list.
_FIND = """
const found = [], slack = 1.5, [shortened, scrolled] = arguments;
document.querySelectorAll("details").forEach((each) => { each.open = true; });
const name = (each) => each.tagName.toLowerCase() + (each.id ? "#" + each.id : "")
  + [...each.classList].map((one) => "." + one).join("");
const report = (box, text, why) => found.push(`${name(box)}: “${text.trim().replace(/\\s+/g, " ")}” ${why}`);

const root = document.documentElement;
if (root.scrollWidth > root.clientWidth) {
  const wide = [...document.body.querySelectorAll("*")]
    .filter((each) => each.getBoundingClientRect().right > root.clientWidth + slack).at(-1) || document.body;
  report(wide, wide.textContent.slice(0, 80), `makes the page ${root.scrollWidth - root.clientWidth} px too wide`);
}

const isHidden = (style) => style.visibility === "hidden" || style.clipPath !== "none"
  || (style.position === "absolute" && parseFloat(style.left) < -900);
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
texts: while (walk.nextNode()) {
  const node = walk.currentNode;
  if (!node.nodeValue.trim() || node.parentElement.closest(shortened)) continue;
  const range = document.createRange();
  range.selectNodeContents(node);
  const places = [...range.getClientRects()].filter((place) => place.width > 0);
  if (!places.length) continue;
  const left = Math.min(...places.map((place) => place.left)), right = Math.max(...places.map((place) => place.right));
  const bottom = Math.max(...places.map((place) => place.bottom));
  const boxes = [];
  for (let box = node.parentElement; box && box !== document.body; box = box.parentElement) {
    const style = getComputedStyle(box);
    if (isHidden(style)) continue texts;
    if (!["inline", "contents"].includes(style.display)) boxes.push([box, style]);
  }
  for (const [box, style] of boxes) {
    if (box.matches(scrolled)) break;
    const edge = box.getBoundingClientRect();
    const over = Math.max(edge.left - left, right - edge.right);
    if (over > slack) { report(box, node.nodeValue, `is ${Math.ceil(over)} px wider than its place`); break; }
    if (style.overflowY === "hidden" && bottom > edge.bottom + slack) {
      report(box, node.nodeValue, "is cut at its end");
      break;
    }
  }
}

const pen = document.createElement("canvas").getContext("2d");
const measure = (field, text) => { pen.font = getComputedStyle(field).font; return pen.measureText(text).width; };
for (const field of document.querySelectorAll("input[placeholder], textarea[placeholder], select")) {
  const style = getComputedStyle(field), rows = field.rows || 1, isList = field.tagName === "SELECT";
  const room = (field.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight)) * rows;
  if (field.clientWidth === 0) continue;
  let texts = isList ? [...field.options].map((option) => option.label) : field.placeholder.split("\\n");
  if (isList && style.appearance === "base-select") {  // it wraps: at spaces, and in Chinese anywhere
    texts = texts.flatMap((text) => text.split(/[\\s\\u2e80-\\uffef]+/));
  }
  for (const text of texts) {
    const over = measure(field, text) + (isList ? 20 : 0) - room;
    if (over > slack) report(field, text, `is ${Math.ceil(over)} px wider than its field`);
  }
}
return found;
"""


def find_overflow(site: Site, width_px: int) -> list[str]:
    """Return each text of the page that is cut or wider than its place: the element, the text, and by how much."""
    metrics = {"width": width_px, "height": 860, "deviceScaleFactor": 1, "mobile": False}
    site.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    found: list[str] = site.driver.execute_script(_FIND, _SHORTENED, _SCROLLED)
    return found

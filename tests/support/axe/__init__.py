"""axe-core, which finds what people with a disability cannot use. It is given to a page by the browser's driver."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any

from selenium.webdriver import Chrome

# `npm ci` in this folder brings the current rules (.ci/run does that). The package on PyPI has those of 2022, and is
# there on a machine that has only Python.
_CURRENT = Path(__file__).with_name("node_modules") / "axe-core" / "axe.min.js"
# Off in axe-core unless somebody asks: a place to press is at least 24 pixels large.
_MORE_RULES = ("target-size",)
_RUN = """
const [rules, more, done] = arguments;
const known = new Set(axe.getRules().map((rule) => rule.ruleId));
const options = { resultTypes: ["violations"], rules: {} };
for (const rule of more) if (known.has(rule)) options.rules[rule] = { enabled: true };
if (rules.length) options.runOnly = { type: "rule", values: rules };
axe.run(document, options).then((found) => done(found.violations.map((each) => [each.id, each.help,
  each.nodes.map((node) => node.target.join(" ") + ": " + node.failureSummary.replace(/\\s+/g, " "))])),
  (error) => done([["axe", String(error), []]]));
"""


def read_axe() -> str:
    """Return axe-core's script."""
    if _CURRENT.exists():
        return _CURRENT.read_text(encoding="utf-8")
    return (resources.files("axe_core_python") / "axe.min.js").read_text(encoding="utf-8")


def find_violations(driver: Chrome, *rules: str) -> list[str]:
    """Check the page that is shown, by these rules or by all. Call it after the script ran in the page."""
    found: list[Any] = driver.execute_async_script(_RUN, list(rules), list(_MORE_RULES))
    return [f"{rule} ({sense}): {place}" for rule, sense, places in found for place in places or [""]]

"""A real browser draws the formulas: nothing of size zero, nothing outside its box, sums as tall as they should be."""

from __future__ import annotations

import base64
import itertools
from pathlib import Path

import sympy as sp

import symbolic
from symbolic.index import index, size, summed, tensor
from symbolic.mathml import mathml
from symbolic.operations import operations

FONT = Path(symbolic.__file__).parents[1] / "reports" / "fonts" / "gradproof-math.woff2"

MEASURE = """maths => maths.map(math => {
  const box = math.getBoundingClientRect();
  const leaves = [...math.querySelectorAll('mi, mn, mtext, mfrac, msqrt, mtable')].map(e => e.getBoundingClientRect());
  const inside = b => b.left >= box.left - 1 && b.right <= box.right + 1
    && b.top >= box.top - 2 && b.bottom <= box.bottom + 2;
  return {width: box.width, height: box.height, empty: leaves.filter(b => b.width <= 0 || b.height <= 0).length,
          outside: leaves.filter(b => !inside(b)).length, right: box.right};
})"""


def formulas():
    """A displayed sum first, then the definition of every operation."""
    i, n = index("i"), size("n")
    return [summed(tensor("x")[i], (i, n)), *(entry.definition().out.entry for entry in operations.values())]


def test_chromium_draws_every_formula_within_its_box(browser):
    """With the report's own font: it loads, nothing has size zero, nothing sticks out, sums are tall."""
    font = base64.b64encode(FONT.read_bytes()).decode()
    style = (
        f"@font-face{{font-family:M;src:url(data:font/woff2;base64,{font})}} math{{font-family:M}} body{{width:700px}}"
    )
    shown = [*formulas(), sp.sqrt(sp.Symbol("t")) / 2]
    body = "".join(f"<p>{mathml(formula)}</p><p>{mathml(formula, display=True)}</p>" for formula in shown)
    page = browser.new_page()
    page.set_content(f"<!doctype html><meta charset=utf-8><style>{style}</style>{body}")
    assert page.evaluate("document.fonts.load('16px M').then(fonts => fonts.length)") == 1
    boxes = page.eval_on_selector_all("math", MEASURE)
    page.close()
    assert len(boxes) == 2 * len(shown)
    for formula, box in zip(itertools.chain.from_iterable((x, x) for x in shown), boxes, strict=True):
        assert box["width"] > 4, formula
        assert box["height"] > 8, formula
        assert (box["empty"], box["outside"]) == (0, 0), formula
        assert box["right"] <= 720, formula
    assert boxes[1]["height"] > boxes[0]["height"] > 16, "a displayed sum has its limits above and below"

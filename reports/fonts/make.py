"""Make the report's math font: a subset of STIX Two Math that keeps its MATH table.

Development only (needs fontTools and brotli):

    python reports/fonts/make.py STIXTwoMath-Regular.ttf [gradproof-math.woff2]

The source font is STIX Two Math, version 2.11, released under the SIL Open Font License 1.1
(``OFL.txt`` beside this file). It declares no Reserved Font Name; "STIX" is a trademark, so the
modified version is named "Gradproof Math" all the same.
"""
# ruff: noqa: INP001  (a script beside its product, not a package to import from)

from __future__ import annotations

import sys
from pathlib import Path

# Not a dependency of the project: type checking must pass with and without it.
from fontTools.subset import Options, Subsetter  # type: ignore[import-not-found,unused-ignore]
from fontTools.ttLib import TTFont  # type: ignore[import-not-found,unused-ignore]

FAMILY = "Gradproof Math"
FONTS = Path(__file__).parent

# Thousandths of an em. Line boxes become as tall as text, not as the tallest integral sign, which
# some engines would otherwise reserve in every row of a matrix.
ASCENT, DESCENT = 800, -250

# Seconds since 1904, constant: the same source gives the same bytes.
SOURCE_DATE = 3_660_000_000

# The glyphs of formulas. Single-letter identifiers are drawn from the mathematical italics, as
# MathML Core prescribes (`text-transform: math-auto`), so those blocks come whole.
RANGES = [
    (0x20, 0x7E),  # ASCII
    (0x391, 0x3A9),  # Greek capitals
    (0x3B1, 0x3C9),  # Greek
    (0x1D434, 0x1D467),  # mathematical italic Latin (h is U+210E, below)
    (0x1D6E2, 0x1D71B),  # mathematical italic Greek
    (0x1D7CE, 0x1D7D7),  # bold digits, for the vector of ones
    (0x2061, 0x2064),  # invisible apply, times, separator, plus
]
SIGNS = (
    "\u00a0\u2009\u200a\u2003"  # spaces
    "ℎıȷℝℕℤℚℂ𝟙"
    "±×÷·−∗∘⊙⊗⊕⋅∙∕"
    "=≠≈≃≅≡∼∝<>≤≥≪≫≺≻"
    "←→↔↦⇐⇒⇔⟶⟹↑↓"
    "∀∃∄∈∉∋∅∩∪⊂⊃⊆⊇∖∧∨¬⊢⊤⊥∎"
    "∑∏∐∫∂∇√∞"
    "()[]{}⟨⟩⌈⌉⌊⌋|‖∥∣"
    "…⋯⋮⋱′″‴°†⁻¹²³"
    "‘’“”–—¯‾ˆˇ˘˙¨˜"
    "\u0302\u0303\u0304\u0305\u0307\u0308\u20d7\u0338"
)


def characters() -> set[int]:
    """Return the code points that the font keeps."""
    ranges = {code for first, last in RANGES for code in range(first, last + 1)}
    return ranges | {ord(sign) for sign in SIGNS}


def subset(font: TTFont) -> None:
    """Drop every glyph and table that no formula needs; keep MATH with its size variants."""
    options = Options()
    options.layout_features = ["ccmp", "dtls"]
    options.drop_tables += ["DSIG", "GPOS"]
    options.hinting = False
    options.glyph_names = False
    options.name_IDs = ["*"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters())
    subsetter.subset(font)


def rename(font: TTFont) -> None:
    """Give the modified version its own name; keep copyright, licence and designers."""
    names = font["name"]
    own = {1: FAMILY, 2: "Regular", 3: f"2.11;{FAMILY}", 4: FAMILY, 6: FAMILY.replace(" ", "")}
    note = "A subset of STIX Two Math with other line metrics, made for gradproof's reports."
    for name_id, text in {**own, 10: note}.items():
        names.removeNames(nameID=name_id)
        names.setName(text, name_id, 3, 1, 0x409)
    for name_id in (7, 16, 17, 25):
        names.removeNames(nameID=name_id)


def set_metrics(font: TTFont) -> None:
    """Set the same ascent and descent in all three places where engines look for them."""
    hhea, os2 = font["hhea"], font["OS/2"]
    hhea.ascent, hhea.descent, hhea.lineGap = ASCENT, DESCENT, 0
    os2.sTypoAscender, os2.sTypoDescender, os2.sTypoLineGap = ASCENT, DESCENT, 0
    os2.usWinAscent, os2.usWinDescent = ASCENT, -DESCENT


def make(source: Path, target: Path) -> None:
    """Write the subset of the font at ``source`` to ``target`` as woff2."""
    font = TTFont(source, recalcTimestamp=False)
    subset(font)
    rename(font)
    set_metrics(font)
    font["head"].created = font["head"].modified = SOURCE_DATE
    font.flavor = "woff2"
    font.save(target)


if __name__ == "__main__":
    make(
        Path(sys.argv[1]),
        Path(sys.argv[2]) if len(sys.argv) > 2 else FONTS / "gradproof-math.woff2",
    )

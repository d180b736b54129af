"""LaTeX and plain text: SymPy's faults cured, names written as in the notation, one line each."""

from __future__ import annotations

import re

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from symbolic.formula import equation
from symbolic.index import Bracket, Partial, index, size, summed, tensor
from symbolic.latex import latex
from symbolic.names import GREEK
from symbolic.paths import control_flow_proof, slope
from symbolic.text import text

i, j, k, p, q = map(index, "ijkpq")
n, m = size("n"), size("m")
a, t = sp.symbols("a t", real=True)
x, A, w, out_bar, x_dot, x_bar = map(tensor, ["x", "A", "w__2", "out_bar", "x_dot", "x_bar"])
f, g = sp.Function("f"), sp.Function("g")

FORMULAS = [
    (sp.Derivative(f(t) * g(t), t), r"\frac{\mathrm{d}}{\mathrm{d} t} (f(t) g(t))", "d/dt(f(t)·g(t))"),
    (sp.Derivative(f(t), t, t), r"\frac{\mathrm{d}^{2} f(t)}{\mathrm{d} t^{2}}", "d²f(t)/dt²"),
    (sp.Symbol("w__2_i"), r"w_{\text{i}}^{(2)}", "w_i^(2)"),
    (w[i] ** 2, r"({w^{(2)}}_{i})^{2}", "(w^(2)[i])²"),
    (x_dot[p], r"\dot{x}_{p}", "x_dot[p]"),
    (out_bar[i, j], r"\overline{\mathrm{out}}_{i j}", "out_bar[i, j]"),
    (x_bar[0, p], r"\bar{x}_{0, p}", "x_bar[0, p]"),
    (sp.KroneckerDelta(i, p), r"\delta_{i p}", "δ[i, p]"),
    (Bracket(i <= k) * x[i], r"x_{i} [i \le k]", "x[i]·[i ≤ k]"),
    (summed(A[i, j], (i, m), (j, n)), r"\sum_{i = 0}^{m - 1} \sum_{j = 0}^{n - 1} A_{i j}", "Σ_{i<m} Σ_{j<n} A[i, j]"),
    (sp.Sum(x[i], (i, 1, n)), r"\sum_{i = 1}^{n} x_{i}", "Σ_{i=1..n} x[i]"),
    (sp.Product(x[i], (i, 0, n - 1)), r"\prod_{i = 0}^{n - 1} x_{i}", "Π_{i<n} x[i]"),
    (
        summed(x[i], (i, n)) * summed(x[j], (j, n)),
        r"\left( \sum_{i = 0}^{n - 1} x_{i} \right) \sum_{j = 0}^{n - 1} x_{j}",
        "(Σ_{i<n} x[i])·Σ_{j<n} x[j]",
    ),
    (summed(x[i] - 1, (i, n)) / n, r"\frac{1}{n} \sum_{i = 0}^{n - 1} (x_{i} - 1)", "1/n · Σ_{i<n} (x[i] − 1)"),
    (
        A[p, q] / sp.sqrt(summed(A[i, j] ** 2, (i, m), (j, n))),
        r"\frac{A_{p q}}{\sqrt{\sum_{i = 0}^{m - 1} \sum_{j = 0}^{n - 1} A_{i j}^{2}}}",
        "A[p, q]/√(Σ_{i<m} Σ_{j<n} A[i, j]²)",
    ),
    (2 * x[p] * out_bar[p] / n, r"\frac{2 x_{p} \overline{\mathrm{out}}_{p}}{n}", "2·x[p]·out_bar[p]/n"),
    (Partial(x[i], x[p]) / t, r"\frac{1}{t} \frac{\partial x_{i}}{\partial x_{p}}", "1/t · ∂x[i]/∂x[p]"),
    (
        sp.Mul(summed(x[i], (i, n)), summed(x[i], (i, n)), evaluate=False),
        r"\left( \sum_{i = 0}^{n - 1} x_{i} \right) \sum_{i = 0}^{n - 1} x_{i}",
        "(Σ_{i<n} x[i])·Σ_{i<n} x[i]",
    ),
    (Partial(x[i], x[p]), r"\frac{\partial x_{i}}{\partial x_{p}}", "∂x[i]/∂x[p]"),
    (Partial(-x[i], x[p]), r"\frac{\partial}{\partial x_{p}} (- x_{i})", "∂/∂x[p](−x[i])"),
    (-3 * t / 2, r"- \frac{3 t}{2}", "−3·t/2"),
    (1 / (a * t), r"\frac{1}{a t}", "1/(a·t)"),
    (1 / (a + t), r"\frac{1}{a + t}", "1/(a + t)"),
    ((a + t) / 2, r"\frac{a}{2} + \frac{t}{2}", "a/2 + t/2"),
    ((-t) ** k, r"(- t)^{k}", "(−t)^k"),
    (3 * 2**t, r"3 \cdot 2^{t}", "3·2^t"),
    (t ** sp.Rational(3, 2), r"t^{\frac{3}{2}}", "t^(3/2)"),
    (sp.cbrt(t), r"\sqrt[3]{t}", "t^(1/3)"),
    (sp.exp(-x[i]), r"\mathrm{e}^{- x_{i}}", "e^(−x[i])"),
    (sp.exp(t / n), r"\exp\left( \frac{t}{n} \right)", "exp(t/n)"),
    (sp.sign(t) * sp.Abs(t), r"\lvert t \rvert \mathrm{sign}(t)", "|t|·sign(t)"),
    (sp.Max(0, sp.ceiling(t)), r"\max(0, \lceil t \rceil)", "max(0, ⌈t⌉)"),
    (sp.Float(0.1) * t, "0.1 t", "0.1·t"),
    (sp.Float(1e22), r"1 \times 10^{22}", "1 × 10²²"),
    (sp.Float("0.1", 40), "0.1", "0.1"),
    (
        sp.Piecewise((t, t > 0), (0, True)),
        r"\begin{cases} t & \text{if } t > 0 \\ 0 & \text{otherwise} \end{cases}",
        "{t if t > 0; 0 otherwise}",
    ),
    (sp.Matrix([[1, t], [0, 2]]), r"\begin{bmatrix} 1 & t \\ 0 & 2 \end{bmatrix}", "[1, t; 0, 2]"),
    (sp.Array([1, t]), "(1, t)", "(1, t)"),
    (sp.Array([[[1]], [[2]]]), r"(\begin{bmatrix} 1 \end{bmatrix}, \begin{bmatrix} 2 \end{bmatrix})", "([1], [2])"),
    (sp.Array(t), "t", "t"),
    (2 * sp.Mod(i, n + 1), r"2 (i \bmod (n + 1))", "2·(i mod (n + 1))"),
    (sp.floor(i / n) + sp.Mod(i, n), r"i \bmod n + \left\lfloor \frac{i}{n} \right\rfloor", "i mod n + ⌊i/n⌋"),
    (sp.Tuple(n, m), "(n, m)", "(n, m)"),
    (sp.Ne(t, 0), r"t \ne 0", "t ≠ 0"),
    (sp.Not(sp.And(t > 0, a > 0)), r"\lnot (a > 0 \land t > 0)", "¬(a > 0 ∧ t > 0)"),
    (sp.Or(sp.And(t > 0, a > 0), a < 0), r"(a > 0 \land t > 0) \lor a < 0", "(a > 0 ∧ t > 0) ∨ a < 0"),
    (sp.true, r"\text{true}", "true"),
    (-sp.oo, r"- \infty", "−∞"),
    (sp.pi * sp.E, r"\mathrm{e} \pi", "e·π"),
    (2, "2", "2"),
    (0.5, "0.5", "0.5"),
]


@pytest.mark.parametrize(("formula", "tex", "line"), FORMULAS, ids=[line for *_, line in FORMULAS])
def test_formula_in_latex_and_text(formula, tex, line):
    if tex.startswith("("):
        tex = tex.replace(r"(\begin", r"\left( \begin").replace(r"\end{bmatrix})", r"\end{bmatrix} \right)")
    assert latex(formula) == tex
    assert text(formula) == line


def test_an_equation_may_have_several_sides():
    assert text(equation(x_bar[p], 2 * x[p], t)) == "x_bar[p] = 2·x[p] = t"
    assert latex(equation(x_bar[p], 2 * x[p])) == r"\bar{x}_{p} = 2 x_{p}"


@pytest.mark.parametrize(
    ("name", "tex", "line"),
    [
        ("alpha", r"\alpha", "α"),
        ("Beta", r"\mathrm{Beta}", "Beta"),
        ("x1", "x_{1}", "x_1"),
        ("x_max", r"x_{\text{max}}", "x_max"),
        ("out", r"\mathrm{out}", "out"),
        ("out_dot", r"\dot{\mathrm{out}}", "out_dot"),
        ("x_1_bar", r"\overline{x_{1}}", "x_1_bar"),
        ("a%b", r"\text{a\%b}", "a%b"),
        ("ñ", r"\text{ñ}", "ñ"),
        ("x_hat", r"\hat{x}", "x_hat"),
        ("_", r"\_", "_"),
    ],
)
def test_names_are_written_as_in_the_notation(name, tex, line):
    assert latex(sp.Symbol(name)) == tex
    assert text(sp.Symbol(name)) == line


def test_greek_names_are_commands_that_latex_has():
    commands = {latex(sp.Symbol(name)) for name in GREEK}
    assert len(commands) == len(set(GREEK.values()))
    assert commands >= {r"\lambda", r"\Omega", r"\varsigma"}
    assert not commands & {r"\Alpha", r"\omicron", r"\lamda"}


def test_the_closed_form_of_the_control_flow_example_reads_as_in_a_book():
    assert text(slope(a)).startswith("{2^(max(0, ⌈log_2(500/|a|)⌉) + 1) if a > 0; 100·2^(max(0,")
    for step in control_flow_proof(4).steps:
        assert isinstance(step.statement, str) or "=" in text(step.statement) or ">" in text(step.statement)


@given(st.text(min_size=1, max_size=6).filter(lambda name: name.strip()))
def test_latex_braces_balance_whatever_the_name(name):
    written = latex(sp.Symbol(name) * sp.IndexedBase(sp.Symbol(name))[i])
    depth = 0
    for sign in re.findall(r"(?<!\\)(?:\\\\)*([{}])", written):
        depth += 1 if sign == "{" else -1
        assert depth >= 0
    assert depth == 0


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_are_written_so_that_they_read_back(value):
    written = text(sp.Float(value))
    digits = written.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")).replace("−", "-").replace(" × 10", "e")
    assert float(digits) == value

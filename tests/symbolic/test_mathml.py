"""MathML: no sign lost, nothing outside MathML Core, different formulas look different."""

from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ET

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from symbolic import derivations
from symbolic import layout as lay
from symbolic.formula import UnprintableError, equation, layout_of
from symbolic.index import Bracket, Partial, entry_of, index, size, summed, tensor
from symbolic.latex import latex
from symbolic.mathml import mathml
from symbolic.operations import operations
from symbolic.text import text

ELEMENTS = {
    "math",
    "semantics",
    "annotation",
    "mrow",
    "mi",
    "mn",
    "mo",
    "mtext",
    "mfrac",
    "msqrt",
    "mroot",
    "msub",
    "msup",
    "msubsup",
    "mover",
    "munder",
    "munderover",
    "mtable",
    "mtr",
    "mtd",
}
CHILDREN = {"mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "msubsup": 3, "mover": 2, "munder": 2, "munderover": 3}

i, j, k, p, q = map(index, "ijkpq")
n, m = size("n"), size("m")
a, t = sp.symbols("a t", real=True)
x, A, out_bar, x_dot, x_bar = map(tensor, ["x", "A", "out_bar", "x_dot", "x_bar"])
f, g = sp.Function("f"), sp.Function("g")


def shown(markup):
    """Return the part that is drawn, without the annotation."""
    return re.sub(r"<annotation.*?</annotation>", "", markup)


def parse(markup):
    return ET.fromstring(markup)  # noqa: S314 - markup of our own


def drawn(fragment):
    return f"<math><semantics>{fragment}</semantics></math>"


ATOMS = [a, t, x[i], A[p, q], sp.Integer(1), sp.Integer(2), sp.Integer(-3), sp.Rational(1, 2), sp.Float(0.1), n]


@st.composite
def bound_sums(draw, bodies):
    letter = draw(st.sampled_from([i, j, k]))
    body = draw(bodies)
    return draw(st.sampled_from([sp.Sum, sp.Product]))(body, (letter, draw(st.sampled_from([0, 1])), n - 1))


def compound(children):
    pairs = st.tuples(children, children)
    return st.one_of(
        pairs.map(lambda c: c[0] + c[1]),
        pairs.map(lambda c: c[0] * c[1]),
        children.map(lambda c: -c),
        st.tuples(children, st.sampled_from([2, -1, sp.Rational(1, 2), -2, t])).map(lambda c: sp.Pow(*c)),
        children.map(sp.Abs),
        children.map(sp.exp),
        pairs.map(lambda c: sp.Piecewise((c[0], t > 0), (c[1], True))),
        st.sampled_from([Bracket(i <= k), sp.KroneckerDelta(i, p), Partial(x[i], x[p])]).flatmap(
            lambda factor: children.map(lambda c: c * factor)
        ),
        bound_sums(children),
        children.map(lambda c: sp.Derivative(c, t)),
    ).filter(lambda e: e.is_finite is not False and not e.has(sp.nan, sp.zoo, sp.oo, sp.I))


trees = st.recursive(st.sampled_from(ATOMS), compound, max_leaves=8)


@given(trees)
def test_there_are_as_many_big_operators_as_limits(tree):
    limits = sum(len(node.limits) for node in sp.preorder_traversal(tree) if isinstance(node, (sp.Sum, sp.Product)))
    assert len(re.findall("<mo>[∑∏]</mo>", mathml(tree))) == limits


def test_each_limit_of_a_sum_has_its_sign_outermost_first():
    """SymPy's own printer shows one sign here and drops j's limits."""
    markup = mathml(sp.Sum(A[i, j], (i, 0, m - 1), (j, 0, n - 1)))
    signs = re.findall(r"<munderover><mo>∑</mo><mrow><mi>(.)</mi><mo>=</mo><mn>0</mn></mrow><mrow><mi>(.)", markup)
    assert signs == [("j", "n"), ("i", "m")]


@given(trees)
def test_every_atom_occurs(tree):
    root = parse(shown(mathml(tree)))
    names, digits = (Count(element.text for element in root.iter(tag)) for tag in ("mi", "mn"))
    for symbol in tree.atoms(sp.Symbol):
        assert names[symbol.name]
    for number in tree.atoms(sp.Integer) - {sp.S.One, sp.S.NegativeOne}:
        assert digits[str(abs(number))] or (abs(number) == 2 and tree.has(sp.Pow))  # 2 may be a root's degree
    for number in tree.atoms(sp.Float):
        assert digits["0.1"] or number != sp.Float(0.1)  # SymPy computes with it: -exp(0.1) is a number


class Count(dict):
    """How often each item occurs."""

    def __init__(self, items):
        super().__init__()
        for item in items:
            self[item] = self.get(item, 0) + 1

    def __missing__(self, key):
        return 0


def assert_is_core(markup):
    root = parse(markup)
    for element in root.iter():
        assert element.tag in ELEMENTS
        assert len(element) == CHILDREN.get(element.tag, len(element)), element.tag
        if element.tag in {"mi", "mn", "mo", "mtext"}:
            assert element.text
    assert root[0].tag == "semantics"
    assert [child.tag for child in root[0]][1:] == ["annotation"]


@given(trees)
def test_markup_is_well_formed_and_within_mathml_core(tree):
    markup = mathml(tree)
    assert_is_core(markup)
    assert parse(markup)[0][1].text == latex(tree)


def small_trees():
    """All trees of two levels over a few atoms, and those of three that join two of them."""
    atoms = [a, t, x[i], sp.Integer(2), sp.Rational(1, 2), sp.Integer(-1)]
    first = [op(u, v) for u, v in itertools.product(atoms, atoms) for op in (sp.Add, sp.Mul, sp.Pow)]
    first += [wrap(u) for u in atoms for wrap in WRAPPERS]
    level = sorted({*atoms, *first} - {sp.zoo, sp.nan}, key=sp.default_sort_key)
    second = [wrap(u) for u in level for wrap in WRAPPERS]
    second += [op(u, v) for u, v in itertools.product(level, atoms) for op in (sp.Add, sp.Mul, sp.Pow)]
    second += [op(u, v) for u, v in itertools.combinations(level, 2) for op in (sp.Add, sp.Mul)]
    return [tree for tree in {*level, *second} if not tree.has(sp.zoo, sp.nan, sp.I)]


WRAPPERS = [
    sp.Abs,
    sp.exp,
    sp.sign,
    lambda u: sp.Sum(u, (i, 0, n - 1)),
    lambda u: sp.Product(u, (i, 0, n - 1)),
    lambda u: sp.Derivative(u, t),
    lambda u: Bracket(sp.Le(i, k)) * u,
    lambda u: Partial(x[i], x[p]) * u,
    lambda u: sp.Piecewise((u, t > 0), (0, True)),
]


@pytest.mark.parametrize("write", [lambda tree: shown(mathml(tree)), latex, text], ids=["mathml", "latex", "text"])
def test_distinct_trees_are_written_differently(write):
    trees_ = small_trees()
    assert len(trees_) > 4000
    seen = {}
    for tree in trees_:
        other = seen.setdefault(write(tree), tree)
        assert other == tree, f"{other!r} and {tree!r} are both {write(tree)}"


@given(trees, trees)
def test_drawn_trees_that_differ_are_written_differently(left, right):
    assert (shown(mathml(left)) == shown(mathml(right))) == (left == right)


GOLDEN = [
    (
        summed(x[i] ** 2, (i, n)),
        (
            "<mrow><munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>0</mn></mrow><mrow><mi>n</mi><mo>−</mo><mn>1</mn>"
            "</mrow></munderover><msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup></mrow>"
        ),
    ),
    (
        out_bar[i] * sp.KroneckerDelta(i, p),
        (
            '<mrow><msub><mover accent="true"><mi>out</mi><mo stretchy="true">‾</mo></mover><mi>i</mi></msub>'
            "<mo>\u2062</mo>"
            '<msub><mi mathvariant="normal">δ</mi><mrow><mi>i</mi><mo separator="true">\u2063</mo><mi>p</mi></mrow>'
            "</msub>"
            "</mrow>"
        ),
    ),
    (
        -x_dot[p],
        (
            '<mrow><mo form="prefix">−</mo><msub><mover accent="true"><mi>x</mi><mo stretchy="false">˙</mo></mover>'
            "<mi>p</mi></msub></mrow>"
        ),
    ),
    (
        x[p] * Bracket(p <= k),
        (
            '<mrow><msub><mi>x</mi><mi>p</mi></msub><mo>\u2062</mo><mrow><mo form="prefix" stretchy="false">[</mo>'
            '<mrow><mi>p</mi><mo>≤</mo><mi>k</mi></mrow><mo form="postfix" stretchy="false">]</mo></mrow></mrow>'
        ),
    ),
    (
        Partial(x[i] * t, x[p]),
        (
            "<mrow><mfrac><mi>∂</mi><mrow><mi>∂</mi><msub><mi>x</mi><mi>p</mi></msub></mrow></mfrac><mrow>"
            '<mo form="prefix" stretchy="false">(</mo><mrow><mi>t</mi><mo>\u2062</mo><msub><mi>x</mi><mi>i</mi></msub>'
            "</mrow>"
            '<mo form="postfix" stretchy="false">)</mo></mrow></mrow>'
        ),
    ),
    (
        sp.Piecewise((t, t > 0), (0, True)),
        (
            '<mrow><mo form="prefix">{</mo><mtable class="cases"><mtr><mtd><mi>t</mi></mtd><mtd><mrow>'
            "<mtext>if\u00a0</mtext>"
            "<mrow><mi>t</mi><mo>&gt;</mo><mn>0</mn></mrow></mrow></mtd></mtr><mtr><mtd><mn>0</mn></mtd><mtd>"
            "<mtext>otherwise</mtext></mtd></mtr></mtable></mrow>"
        ),
    ),
    (
        sp.Symbol("w__2_i"),
        (
            '<msubsup><mi>w</mi><mtext>i</mtext><mrow><mo form="prefix" stretchy="false">(</mo><mtext>2</mtext>'
            '<mo form="postfix" stretchy="false">)</mo></mrow></msubsup>'
        ),
    ),
    (
        sp.Float(-1e-7),
        (
            '<mrow><mo form="prefix">−</mo><mn>1</mn><mo>×</mo><msup><mn>10</mn><mrow>'
            '<mo form="prefix">−</mo><mn>7</mn>'
            "</mrow></msup></mrow>"
        ),
    ),
    (A[0, 10], '<msub><mi>A</mi><mrow><mn>0</mn><mo separator="true">,</mo><mn>10</mn></mrow></msub>'),
    (
        sp.Matrix([[1, t]]),
        (
            '<mrow><mo form="prefix">[</mo><mtable><mtr><mtd><mn>1</mn></mtd><mtd><mi>t</mi></mtd></mtr></mtable>'
            '<mo form="postfix">]</mo></mrow>'
        ),
    ),
    (
        sp.log(500 / sp.Abs(a), 2),
        (
            '<mrow><msub><mi>log</mi><mn>2</mn></msub><mo>\u2061</mo><mrow><mo form="prefix">(</mo><mfrac><mn>500</mn>'
            '<mrow><mo form="prefix" stretchy="false">|</mo><mi>a</mi><mo form="postfix" stretchy="false">|</mo></mrow>'
            '</mfrac><mo form="postfix">)</mo></mrow></mrow>'
        ),
    ),
    (
        equation(x_bar[p], n),
        (
            '<mrow><msub><mover accent="true"><mi>x</mi><mo stretchy="true">‾</mo></mover><mi>p</mi></msub>'
            "<mo>=</mo><mi>n</mi></mrow>"
        ),
    ),
]


@pytest.mark.parametrize(("formula", "expected"), GOLDEN, ids=lambda value: None)
def test_golden_markup(formula, expected):
    assert shown(mathml(formula)) == drawn(expected)


def test_a_displayed_formula_is_a_block_and_carries_its_latex():
    markup = mathml(t < a, display=True)
    assert markup.startswith('<math display="block"><semantics>')
    assert '<annotation encoding="application/x-tex">t &lt; a</annotation>' in markup


def test_the_changed_part_is_marked():
    part = Partial(x[i], x[p])
    assert '<mrow class="changed"><mfrac>' in mathml(2 * x[i] * part, marked=[part])
    assert "\\underline{" in latex(2 * x[i] * part, marked=[part])
    assert "changed" not in mathml(2 * x[i], marked=[part])
    assert "changed" not in mathml(2 * x[i], marked=[sp.Integer(2)]), "a number would be marked wherever it occurs"


def test_a_changed_product_is_marked_where_it_stands_among_other_factors():
    deltas = sp.KroneckerDelta(i, p) * sp.KroneckerDelta(j, q)
    assert mathml(2 * A[i, j] * deltas, marked=[deltas]).count('<mrow class="changed"><msub>') == 2
    assert "changed" not in mathml(2 * A[i, j] * sp.KroneckerDelta(i, p), marked=[deltas])


def test_two_symbols_of_one_name_are_told_apart_and_a_shadowing_index_is_renamed():
    other = sp.Dummy("i")
    assert text(i + other) in {"i + i′", "i′ + i"}
    assert text(summed(x[i] * summed(x[i], (i, n)), (i, n))) == "Σ_{i<n} x[i]·Σ_{i′<n} x[i′]"
    assert text(summed(x[i], (i, n)) * x[i]) == "x[i]·Σ_{i′<n} x[i′]"


def test_a_name_means_the_same_on_both_sides_of_an_equation():
    assert text(equation(x_bar[i], summed(x[i], (i, n)))) == "x_bar[i] = Σ_{i′<n} x[i′]"


def test_sums_that_stand_apart_may_use_one_index():
    assert text(sp.Add(summed(x[i], (i, n)), summed(A[i, i], (i, n)))).count("′") == 0


@pytest.mark.parametrize(
    ("thing", "message"),
    [
        (sp.Integral(t, t), "no notation for Integral in Integral"),
        (t + sp.gamma(t), "no notation for gamma in gamma"),
        (sp.MatrixSymbol("X", 2, 2), "no notation for MatrixSymbol in X"),
        (sp.Subs(f(t), t, 1), "no notation for Subs"),
        (sp.zoo, "no notation for ComplexInfinity"),
        ("x + 1", r"cannot print 'x \+ 1' \(type=str\): give a SymPy expression"),
        (object, r"cannot print <class 'object'> \(type=type\)"),
        (sp.Symbol(" "), "a symbol has the blank name ' ': give it a name that can be seen"),
    ],
)
def test_what_has_no_notation_is_refused_by_name(thing, message):
    for write in (mathml, latex, text):
        with pytest.raises(UnprintableError, match=message):
            write(thing)


FORMS = [
    (f"{operation.name}, {variant.label}", operation.definition(variant).out)
    for operation in operations.values()
    for variant in operation.variants
]


@pytest.mark.parametrize("form", [form for _, form in FORMS], ids=[name for name, _ in FORMS])
def test_every_definition_of_the_catalogue_is_printed_with_nothing_lost(form):
    left = entry_of("out", form.index)
    markup = mathml(equation(left, form.entry), display=True)
    assert_is_core(markup)
    limits = sum(len(node.limits) for node in sp.preorder_traversal(form.entry) if isinstance(node, sp.Sum))
    assert markup.count("<mo>∑</mo>") == limits
    names = Count(element.text for element in parse(markup).iter("mi"))
    assert all(names[str(symbol)] for symbol in form.entry.atoms(sp.Symbol))


@pytest.mark.parametrize("name", ["mul", "frobenius_norm", "mm", "cumsum", "control_flow"])
def test_every_step_of_a_derivation_is_printed(name):
    for step in derivations[name].steps:
        assert_is_core(mathml(step.layout()))
        assert latex(step.layout())
        assert "\n" not in text(step.layout())


class Unwritten(lay.Layout):
    """A layout that no writer knows."""


@pytest.mark.parametrize("write", [mathml, latex, text])
def test_a_layout_without_a_writer_is_refused(write):
    with pytest.raises(NotImplementedError, match="for Unwritten: add a writer beside the others"):
        write(Unwritten())


def test_every_kind_of_layout_has_a_writer_in_each_language():
    formulas = [formula for formula, _ in GOLDEN]
    extra = [sp.sqrt(t), lay.Marked(lay.ONE), sp.cbrt(t), t**2]
    kinds = {type(piece).__name__ for formula in [*formulas, *extra] for piece in lay.pieces(layout_of(formula))}
    assert kinds == {kind.__name__ for kind in lay.Layout.__subclasses__()} - {"Unwritten"}
    for formula in extra:
        assert_is_core(mathml(formula))
        assert latex(formula)
        assert text(formula)


WILD = ["<script>", "a&b", 'x"y', "x'y", "{x}", "\\alpha", "x_y_z", "__", "_", "ñ", "x1", "dot", "_bar", "x_hat"]


@pytest.mark.parametrize("name", WILD)
def test_a_wild_name_is_escaped(name):
    assert_is_core(mathml(sp.Symbol(name) + sp.IndexedBase(name)[i] * sp.Function(name)(t)))


@given(st.text(min_size=1).filter(str.strip))
def test_any_name_gives_well_formed_markup(name):
    assert_is_core(mathml(sp.Symbol(name)))

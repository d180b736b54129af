import dataclasses
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from flint import arb

from symbolic import derivations
from symbolic.arithmetic import precision
from symbolic.catalogue import symbols_array
from symbolic.check import DIGITS, compare, concrete, samples, small_sizes
from symbolic.derivation import derivation
from symbolic.differentiate import DIFFERENTIATION
from symbolic.errors import DerivationError
from symbolic.evaluate import evaluate
from symbolic.index import IndexForm, Partial
from symbolic.operations import operations

ALL = [
    pytest.param(operation, variant, id=f"{name}-{variant.label}")
    for name, operation in operations.items()
    for variant in operation.variants
]


@pytest.mark.parametrize(("operation", "variant"), ALL)
def test_every_step_agrees_with_the_step_before_it(operation, variant):
    """All but definitions and conventions are checked to 50 digits and more, at three points."""
    derived = operation.derive(variant)
    derived.assert_checked()
    for part, steps in derived.parts.items():
        assert steps[0].rule in ("definition", "convention")
        assert steps[0].check.status == "not-applicable"
        for step in steps[1:]:
            assert step.check.status == "agree", (part, step)
            assert step.check.digits >= DIGITS
            assert step.check.points == 3


def _components(operation, variant, program):
    """Return sizes, symbols, and the output's components as the NumPy program computes them."""
    definition = operation.definition(variant)
    sizes = next(small_sizes(definition))
    positive = {o.name: True if definition.domain.is_positive(o.name) else None for o in definition.operands}
    arrays = {
        o.name: symbols_array(o.name, concrete(o.shape, sizes), positive=positive[o.name]) for o in definition.operands
    }
    out = np.asarray(program(*arrays.values(), **variant.parameters), dtype=object)
    return definition, sizes, arrays, out


def _same(claimed, due):
    difference = sp.sympify(claimed) - sp.sympify(due)
    return difference == 0 or sp.expand(difference) == 0 or sp.simplify(difference) == 0


PROGRAMMED = [case for case in ALL if case.values[0].name not in ("detach", "control_flow")]


@pytest.mark.parametrize(("operation", "variant"), PROGRAMMED)
def test_results_are_sympys_derivatives_of_the_written_out_program(operation, variant, programs):
    """Independent of the index calculus: NumPy's program on symbols, each component differentiated by SymPy."""
    definition, sizes, arrays, out = _components(operation, variant, programs[operation.name])
    derived = operation.derive(variant)
    assert out.shape == concrete(definition.out.shape, sizes)
    value = evaluate(definition.out, sizes, arrays)
    assert all(_same(value[where], out[where]) for where in np.ndindex(out.shape))
    out_bar = symbols_array("out_bar", out.shape)
    tangents = {f"{name}_dot": symbols_array(f"{name}_dot", cells.shape) for name, cells in arrays.items()}
    out_dot = np.zeros(out.shape, dtype=object)
    for name, cells in arrays.items():
        jacobian = np.empty((*out.shape, *cells.shape), dtype=object)
        for where in np.ndindex(jacobian.shape):
            jacobian[where] = sp.diff(out[where[: out.ndim]], cells[where[out.ndim :]])
        partial = evaluate(derived.partials[name], sizes, arrays)
        assert all(_same(partial[where], jacobian[where]) for where in np.ndindex(jacobian.shape))
        x_bar = np.asarray(np.tensordot(out_bar, jacobian, out.ndim), dtype=object)
        claimed = evaluate(derived.vjp[name], sizes, {**arrays, "out_bar": out_bar})
        assert all(_same(claimed[where], x_bar[where]) for where in np.ndindex(cells.shape))
        out_dot = np.asarray(out_dot + np.tensordot(jacobian, tangents[f"{name}_dot"], cells.ndim), dtype=object)
    claimed = evaluate(derived.jvp, sizes, arrays | tangents)
    assert all(_same(claimed[where], out_dot[where]) for where in np.ndindex(out.shape))


TORCH = {
    "frobenius_norm": lambda torch: lambda x: torch.linalg.matrix_norm(x),
    "mm": lambda torch: torch.mm,
    "cumsum": lambda torch: lambda x, axis: torch.cumsum(x, axis),
    "pow": lambda torch: torch.pow,
    "mean_axes": lambda torch: lambda x, axis, keepdims: torch.mean(x, axis, keepdims),
    "index": lambda torch: lambda x, key: x[key],
    "scalar_div": lambda torch: lambda x, y: y / x,
    "detach": lambda torch: lambda x: x.detach() + 0 * x,
}


@pytest.mark.parametrize("name", sorted(TORCH))
def test_vjps_are_torchs_at_float64(name, torch):
    program = TORCH[name](torch)
    for variant in operations[name].variants:
        definition = operations[name].definition(variant)
        point = samples(definition, 1)[0]
        floats = {
            key: np.asarray(np.frompyfunc(float, 1, 1)(cells), dtype=np.float64) for key, cells in point.arrays.items()
        }
        inputs = [torch.tensor(floats[o.name], requires_grad=True) for o in definition.operands]
        out = program(*inputs, **variant.parameters)
        out.backward(torch.tensor(floats["out_bar"]))
        for operand, tensor in zip(definition.operands, inputs, strict=True):
            due = evaluate(operations[name].derive(variant).vjp[operand.name], point.sizes, point.arrays)
            np.testing.assert_allclose(
                tensor.grad.numpy(), np.vectorize(float, otypes=[float])(due), rtol=1e-12, atol=1e-12
            )


@pytest.mark.parametrize(
    "a", [Fraction(3, 7), Fraction(-3, 7), Fraction(600), Fraction(-600), Fraction(-1, 10**9), Fraction(501)]
)
def test_the_control_flow_gradient_is_d_over_a_on_every_path(a):
    """The program itself, run on fractions, is the witness of value and slope."""
    b = a * 2
    while abs(b) < 1000:
        b = b * 2
    d = b if b > 0 else 100 * b
    derived = derivations["control_flow"].derivation
    with precision(200):
        ball = arb(a.numerator) / a.denominator
        value, slope = (evaluate(form, {}, {"x": ball})[()] for form in (derived.definition.out, derived.gradient["x"]))
        assert abs(value - arb(d.numerator) / d.denominator) < 1e-40
        assert abs(slope - (d / a).numerator) < 1e-40


def test_detach_is_a_convention_and_says_so():
    derived = derivations["detach"].derivation
    first = derived.parts["partial/x"][0]
    assert (first.rule, first.form.entry, first.check.status) == ("convention", 0, "not-applicable")
    assert "declared to be 0" in first.reason
    assert derived.vjp["x"].entry == 0
    assert derived.expr == derivations["clone"].expr


def _power_rule_without_its_factor(node, _):
    if not isinstance(node, Partial) or not node.expr.is_Pow:
        return None
    return node.expr.base ** (node.expr.exp - 1) * Partial(node.expr.base, node.entry)


def test_a_wrong_rule_is_caught_by_the_check_of_its_step(monkeypatch):
    """Planted: the power rule without its factor. Its step disagrees, which is a theorem, and is raised."""
    broken = [
        dataclasses.replace(rule, at=_power_rule_without_its_factor) if rule.name == "power rule" else rule
        for rule in DIFFERENTIATION
    ]
    monkeypatch.setattr("symbolic.derivation.DIFFERENTIATION", tuple(broken))
    operation = operations["frobenius_norm"]
    derived = derivation.__wrapped__(operation, operation.variants[0])
    first_use = next(step for step in derived.steps if step.rule == "power rule")
    assert first_use.check.status == "disagree"
    with pytest.raises(DerivationError, match=r"frobenius_norm, matrix: Step\(gradient/x, power rule.* is not "):
        derived.assert_checked()


def test_what_no_rule_differentiates_is_refused():
    operation = operations["exp"]
    known = operation.definition("rank 1")
    relu = IndexForm(known.out.index, known.out.shape, sp.Max(known.operands[0].at(known.out.index), 0))
    unknown = dataclasses.replace(operation, name="relu", build=lambda _: dataclasses.replace(known, out=relu))
    with pytest.raises(DerivationError, match="relu: no rule differentiates all of"):
        derivation.__wrapped__(unknown, unknown.variant("rank 1"))


def test_what_cannot_be_compared_is_undecided_and_never_agrees(letters):
    """No entries, no value at the point, or too wide a ball: none of them is agreement."""
    definition = operations["exp"].definition("rank 1")
    points = samples(definition)
    i, n, x = letters.i, letters.n, letters.x
    vector = IndexForm((i,), (n,), x[i])
    assert compare(vector, vector, points).status == "agree"
    empty = IndexForm((i,), (0,), x[i])
    assert compare(empty, empty, points).status == "undecided"
    outside = IndexForm((i,), (n,), sp.log(-(x[i] ** 2)))
    assert compare(outside, outside, points).status == "undecided"
    for point in points:
        point.arrays["x"][...] = arb(1, 1e-20)
    assert compare(vector, vector, points).reason == "Both sides overlap to 19 digits only, 50 are asked for."
    for point in points:
        point.arrays["x"][...] = arb("nan")
    assert compare(vector, vector, points).status == "undecided"


def test_derivations_are_made_once():
    assert operations["mm"].derive() is operations["mm"].derive("matrices")

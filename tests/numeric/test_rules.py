"""The table of rules, entry by entry: against complex steps, against exact fractions, against itself."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

import numeric
from numeric.rulebook import EveryInput, values_read

RNG = np.random.default_rng(7)
POSITIVE = RNG.uniform(0.5, 2.0, (3, 4))
OTHER = RNG.uniform(0.5, 2.0, (3, 4))
MIXED = RNG.uniform(0.1, 2.0, (3, 4)) * RNG.choice([-1.0, 1.0], (3, 4))

# Points at which each rule is differentiable, and its parameters.
CASES = {
    "add": [((MIXED, OTHER), {})],
    "sub": [((MIXED, OTHER), {})],
    "mul": [((MIXED, OTHER), {})],
    "div": [((MIXED, OTHER), {})],
    "neg": [((MIXED,), {})],
    "pow": [((POSITIVE, MIXED), {})],
    "scalar_pow": [((POSITIVE,), {"exponent": p}) for p in (0, 1, 2, -3, 0.5)],
    "exp": [((MIXED,), {})],
    "log": [((POSITIVE,), {})],
    "sqrt": [((POSITIVE,), {})],
    "sin": [((MIXED,), {})],
    "cos": [((MIXED,), {})],
    "tanh": [((MIXED,), {})],
    "sinh": [((MIXED,), {})],
    "cosh": [((MIXED,), {})],
    "sigmoid": [((MIXED,), {})],
    "abs": [((MIXED,), {})],
    "relu": [((MIXED,), {})],
    "maximum": [((MIXED, OTHER), {})],
    "minimum": [((MIXED, OTHER), {})],
    "clamp": [((MIXED,), {"low": -0.75, "high": 1.25})],
    "where": [((MIXED > 0, MIXED, OTHER), {})],
    "sign": [((MIXED,), {})],
    "floor": [((MIXED + 0.05,), {})],
    "ceil": [((MIXED + 0.05,), {})],
    "trunc": [((MIXED + 0.05,), {})],
    "round": [((MIXED + 0.03,), {})],
    "clone": [((MIXED,), {})],
    "to": [((MIXED,), {"dtype": np.dtype(np.float64)})],
    "index": [((MIXED,), {"key": k}) for k in (1, (slice(None, None, 2), -1), ([0, 0, 2],))],
    "reshape": [((MIXED,), {"shape": (2, 6)})],
    "transpose": [((MIXED.reshape(3, 2, 2),), {"axes": (1, 2, 0)})],
    "swapaxes": [((MIXED,), {"axis1": 0, "axis2": 1})],
    "unsqueeze": [((MIXED,), {"axis": 1})],
    "squeeze": [((MIXED.reshape(3, 1, 4),), {"axis": (1,)})],
    "expand": [((MIXED.reshape(1, 3, 4),), {"shape": (2, 3, 4)})],
    "flip": [((MIXED,), {"axis": (0, 1)})],
    "cat": [((MIXED, OTHER[:2]), {"axis": 0})],
    "overwrite": [((MIXED, OTHER[1]), {"steps": ((numeric.rules["index"], {"key": (1,)}),)})],
    "add_at": [((MIXED, OTHER), {"key": ([0, 0, 2],)})],
    "sum": [((MIXED,), {"axis": a, "keepdims": k}) for a in (None, (0,), (0, 1)) for k in (0, 1)],
    "mean": [((MIXED,), {"axis": a, "keepdims": k}) for a in (None, (1,), (0, 1)) for k in (0, 1)],
    "cumsum": [((MIXED,), {"axis": a}) for a in (0, 1)],
    "l2_norm": [((MIXED,), {"axis": a, "keepdims": k}) for a in (None, (1,)) for k in (0, 1)],
    "l0_norm": [((MIXED,), {"axis": None, "keepdims": False})],
    "max": [((MIXED,), {"axis": a, "keepdims": k}) for a in (None, (1,)) for k in (0, 1)],
    "min": [((MIXED,), {"axis": a, "keepdims": k}) for a in (None, (0,)) for k in (0, 1)],
    "dot": [((MIXED[0], OTHER[0]), {})],
    "mv": [((MIXED, OTHER[0]), {})],
    "mm": [((MIXED, OTHER.T), {})],
    "bmm": [((MIXED.reshape(3, 2, 2), OTHER.reshape(3, 2, 2)), {})],
}
# NumPy orders or rounds no complex numbers here: a real central difference is the witness.
WITHOUT_COMPLEX_STEP = {
    "abs", "relu", "maximum", "minimum", "clamp", "sign", "floor", "ceil", "trunc", "round",
    "l0_norm", "max", "min", "to", "add_at", "overwrite",
}  # fmt: skip
ENTRIES = [(name, i) for name, cases in CASES.items() for i in range(len(cases))]


def expressions(rule, inputs):
    return [rule.vjps[i] for i in range(len(inputs))], [rule.jvps[i] for i in range(len(inputs))]


def differentiable(rule, inputs):
    vjps, _ = expressions(rule, inputs)
    return [i for i, x in enumerate(inputs) if x.dtype == float and vjps[i] is not None]


def directional(rule, inputs, position, x_dot, parameters):
    """The derivative along one input, without any rule."""

    def along(step):
        moved = list(inputs)
        moved[position] = inputs[position] + step
        return rule.primal(*moved, **parameters)

    if rule.name not in WITHOUT_COMPLEX_STEP:
        return np.imag(along(1j * 1e-30 * x_dot)) / 1e-30
    return (along(1e-6 * x_dot) - along(-1e-6 * x_dot)) / 2e-6


def test_every_rule_has_a_case():
    assert set(CASES) == set(numeric.rules)


@pytest.mark.parametrize(("name", "case"), ENTRIES)
def test_each_jvp_is_the_derivative(name, case):
    rule = numeric.rules[name]
    inputs, parameters = CASES[name][case]
    out = rule.primal(*inputs, **parameters)
    for position in differentiable(rule, inputs):
        x_dot = RNG.standard_normal(inputs[position].shape)
        got = rule.jvps[position](x_dot, out, *inputs, **parameters)
        tolerance = 1e-8 if name in WITHOUT_COMPLEX_STEP else 1e-13
        expected = directional(rule, inputs, position, x_dot, parameters)
        np.testing.assert_allclose(np.broadcast_to(got, out.shape), expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize(("name", "case"), ENTRIES)
def test_each_vjp_is_the_transpose_of_the_jvp(name, case):
    rule = numeric.rules[name]
    inputs, parameters = CASES[name][case]
    out = np.asarray(rule.primal(*inputs, **parameters))
    out_bar = RNG.standard_normal(out.shape)
    for position in differentiable(rule, inputs):
        x_dot = RNG.standard_normal(inputs[position].shape)
        x_bar = rule.vjps[position](out_bar, out, *inputs, **parameters)
        out_dot = rule.jvps[position](x_dot, out, *inputs, **parameters)
        # An expanded input's cotangent has the broadcast shape: the engine sums it.
        np.testing.assert_allclose(np.sum(x_bar * x_dot), np.sum(out_bar * out_dot), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("name", "case"), ENTRIES)
def test_an_expression_reads_only_what_its_parameters_names_say(name, case):
    rule = numeric.rules[name]
    inputs, parameters = CASES[name][case]
    out = np.asarray(rule.primal(*inputs, **parameters))
    out_bar = RNG.standard_normal(out.shape)
    for position in differentiable(rule, inputs):
        vjp = rule.vjps[position]
        read_out, *read = values_read(vjp, len(inputs))
        ruined = [x if r else np.full_like(x, np.nan) for x, r in zip(inputs, read, strict=True)]
        got = vjp(out_bar, out if read_out else out * np.nan, *ruined, **parameters)
        np.testing.assert_array_equal(got, vjp(out_bar, out, *inputs, **parameters))


@pytest.mark.parametrize("name", sorted(numeric.rules))
def test_no_vjp_serves_as_a_jvp(name):
    """Agreement of the two modes is worth something only if they are two claims."""
    rule = numeric.rules[name]
    if isinstance(rule.vjps, EveryInput):
        assert rule.vjps.expression is not rule.jvps.expression
        return
    assert len(rule.vjps) == len(rule.jvps)
    assert not {id(f) for f in rule.vjps} & {id(f) for f in rule.jvps}


@pytest.mark.parametrize("name", ["add", "sub", "mul", "div", "neg", "dot", "mv", "mm", "cumsum"])
def test_rational_rules_are_exact_on_fractions(name):
    """<x_bar, x_dot> = <out_bar, out_dot>, and the difference quotient of a linear map, exactly."""
    rule = numeric.rules[name]
    inputs, parameters = CASES[name][0]
    exact = [np.vectorize(lambda v: Fraction(int(v * 8) or 3, 7), otypes="O")(x) for x in inputs]
    out = np.asarray(rule.primal(*exact, **parameters), dtype=object)
    out_bar = np.vectorize(lambda i: Fraction(int(i) % 5 + 1), otypes="O")(np.arange(out.size))
    out_bar = out_bar.reshape(out.shape)
    for position, x in enumerate(exact):
        x_dot = np.vectorize(lambda i: Fraction(int(i) % 3 - 1), otypes="O")(np.arange(x.size))
        x_dot = x_dot.reshape(x.shape)
        x_bar = rule.vjps[position](out_bar, out, *exact, **parameters)
        out_dot = rule.jvps[position](x_dot, out, *exact, **parameters)
        assert np.sum(x_bar * x_dot) == np.sum(out_bar * out_dot)
        step = Fraction(1, 10**40)
        moved = [e + step * x_dot if i == position else e for i, e in enumerate(exact)]
        quotient = (rule.primal(*moved, **parameters) - out) / step
        assert np.all(abs(np.asarray(quotient - out_dot)) < Fraction(1, 10**30))


def test_linear_rules_use_their_own_primal_forward_and_follow_a_patch(monkeypatch):
    rule = numeric.rules["mul"]
    assert rule.linear
    monkeypatch.setattr(rule, "primal", lambda x, y: 3 * x * y)
    out, out_dot = numeric.func.jvp(lambda x: x * x, (np.array([2.0]),), (np.array([1.0]),))
    assert (out.item(), out_dot.item()) == (12.0, 12.0)


def test_a_planted_mistake_takes_effect_in_every_mode(monkeypatch):
    rule = numeric.rules["mul"]
    wrong = (lambda out_bar, _out, _x, y: -out_bar * y, rule.vjps[1])
    x = numeric.tensor([2.0], requires_grad=True)
    y = x * 3.0
    monkeypatch.setattr(rule, "vjps", wrong)  # read when needed: also for what was recorded before
    y.backward()
    assert x.grad.item() == -3.0
    _, pullback = numeric.func.vjp(lambda a: a * 3.0, np.array([2.0]))
    assert pullback(np.array([1.0]))[0].item() == -3.0


def test_the_mixed_derivative_of_pow_at_exponent_zero_is_not_masked():
    """d/dy d/dx x**y = x**(y - 1) (1 + y log x) is 1 / x at y = 0, where the gradient in x is 0."""
    x = numeric.tensor(4.0, requires_grad=True)
    y = numeric.tensor(0.0, requires_grad=True)
    (x_bar,) = numeric.autograd.grad(x**y, x, create_graph=True)
    x_bar.backward()
    assert (x_bar.item(), y.grad.item()) == (0.0, 0.25)


def test_a_rule_that_answers_with_the_wrong_shape_is_named(monkeypatch):
    monkeypatch.setattr(numeric.rules["exp"], "vjps", (lambda out_bar, _out, _x: out_bar[:2],))
    y = numeric.ones(3, requires_grad=True).exp().sum()
    with pytest.raises(numeric.NumericRuntimeError, match=r"rule 'exp'.*shape \(2,\).*\(3,\)"):
        y.backward()


def test_kinks_have_pytorchs_conventions(torch):
    zeros = [0.0, -0.0, np.nan, 1.0, -1.0]
    programs = {
        "abs": lambda t, x: x.abs(),
        "relu": lambda t, x: t.relu(x),
        "sign": lambda t, x: x.sign(),
        "norm": lambda t, x: (x * 0).norm(),
        "max": lambda t, x: (x * 0).max(),
        "pow": lambda t, x: x.abs() ** 0,
        "clamp": lambda t, x: x.clamp(-1.0, 1.0),
        "maximum": lambda t, x: t.maximum(x, t.zeros(5)),
        "minimum": lambda t, x: t.minimum(x, t.zeros(5)),
        "sqrt": lambda t, x: x.abs().sqrt(),
    }
    for name, program in programs.items():
        grads = []
        for module in (torch, numeric):
            x = module.tensor(zeros, requires_grad=True)
            program(module, x).sum().backward()
            grads.append(x.grad.numpy())
        np.testing.assert_array_equal(grads[1], grads[0], err_msg=name)

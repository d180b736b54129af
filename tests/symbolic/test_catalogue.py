import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import sympy as sp

from symbolic import EvaluationError, UnknownOperationError, derivations, operations


def test_derivations_are_had_by_name():
    assert set(derivations) == set(operations)
    assert len(derivations) == len(operations)
    entry = derivations["frobenius_norm"]
    assert [step.rule for step in entry.derivation.parts["gradient/x"]] == [
        "definition", "power rule", "under the sum", "power rule", "entry by entry", "sifting", "matrix notation",
    ]  # fmt: skip
    assert entry.expr == entry.definition.out.entry
    assert set(entry.vjp) == set(entry.gradient) == {"x"}
    assert str(entry.matrix_form["gradient/x"]) == "x/‖x‖_F"
    assert derivations["mm"].gradient == {}
    with pytest.raises(UnknownOperationError, match="Did you mean 'frobenius_norm'"):
        derivations["frobenius"]


def test_an_entry_prints_in_every_notation():
    entry = derivations["mv"]
    assert repr(entry) == "<derivation of mv, matrix and vector: out[i] = Σ_{j<n} x[i, j]·y[j]>"
    assert entry.latex().startswith("\\begin{aligned}\n\\mathrm{out}_{i} &= ")
    assert entry.latex().count("&=") == len(entry.steps) + 1
    assert entry.mathml().count("<math") == len(entry.steps) + 1
    assert entry._repr_latex_().startswith("$\\displaystyle")
    assert entry._repr_latex_().endswith("$")


@pytest.mark.parametrize("name", sorted(operations))
def test_every_step_of_every_operation_prints(name):
    for step in derivations[name].steps:
        assert "=" in step.text()
        assert "=" in step.latex()
        assert step.mathml().startswith("<math")


def test_components_at_a_shape():
    x = sp.symbols("x_0_0 x_0_1", real=True)
    gradient = derivations["frobenius_norm"].evaluate((1, 2), of="gradient/x")
    assert gradient.shape == (1, 2)
    assert gradient[0, 1] == x[1] / sp.sqrt(x[0] ** 2 + x[1] ** 2)
    assert derivations["dot"].evaluate(2, 2).shape == ()
    assert derivations["sum"].at("rank 1").evaluate(3)[()] == sum(sp.symbols("x_:3", real=True))
    assert derivations["pow"].at("rank 0").evaluate((), ())[()].free_symbols == {
        sp.Symbol("x", positive=True),
        sp.Symbol("y", real=True),
    }


def test_numbers_at_given_arrays():
    x = np.array([[sp.Integer(3), sp.Integer(4)]], dtype=object)
    out = derivations["frobenius_norm"].evaluate(
        (1, 2), of="vjp/x", at={"x": x, "out_bar": np.array(sp.Integer(10), dtype=object)}
    )
    assert out.tolist() == [[6, 8]]


def test_one_shape_serves_inputs_of_its_rank():
    assert derivations["add"].evaluate((2, 3)).shape == (2, 3)
    assert derivations["scalar_mul"].evaluate((2, 3)).shape == (2, 3)


def test_shapes_that_do_not_fit_are_refused_with_what_fits():
    with pytest.raises(
        EvaluationError, match=r"shapes \(\(2, 3\), \(4, 5\)\) do not fit mm: give x: \(m, d\) and y: \(d, n\)"
    ):
        derivations["mm"].evaluate((2, 3), (4, 5))
    with pytest.raises(EvaluationError, match=r"shapes \(2,\) do not fit index: give x: \(n,\), n >= 3"):
        derivations["index"].at("rank 1, [1:3]").evaluate(2)
    with pytest.raises(EvaluationError, match="do not fit reshape"):
        derivations["reshape"].at("(2*h,) to (2, h)").evaluate(3)
    with pytest.raises(EvaluationError, match="'grad' is no result of mm: there are out, jvp, vjp/x, vjp/y, partial/x"):
        derivations["mm"].evaluate((2, 3), (3, 5), of="grad")


def test_importing_derives_nothing_and_loads_no_other_room():
    program = (
        "import sys, symbolic\n"
        "from symbolic.derivation import derivation\n"
        "print(derivation.cache_info().currsize, *sys.modules)"
    )
    root = Path(__file__).resolve().parents[2]
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=root)  # noqa: S603 - our own program
    derived, *loaded = answer.stdout.split()
    assert derived == "0"
    assert not {"torch", "jax", "numeric", "verify", "reports"} & {name.split(".")[0] for name in loaded}

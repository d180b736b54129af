import pytest
import sympy as sp

from symbolic.index import IndexForm, summed
from symbolic.operations import operations
from symbolic.recognise import recognise

EXPECTED = {
    ("mm", "matrices"): {"jvp": "x·y_dot + x_dot·y", "vjp/x": "out_bar·yᵀ", "vjp/y": "xᵀ·out_bar"},
    ("mv", "matrix and vector"): {"jvp": "x_dot·y + x·y_dot", "vjp/x": "out_bar·yᵀ", "vjp/y": "xᵀ·out_bar"},
    ("dot", "vectors"): {"gradient/x": "y", "gradient/y": "x", "vjp/x": "out_bar·y", "vjp/y": "out_bar·x"},
    ("mul", "rank 2"): {"jvp": "x ⊙ y_dot + y ⊙ x_dot", "vjp/x": "y ⊙ out_bar", "vjp/y": "x ⊙ out_bar"},
    ("transpose", "rank 2"): {"jvp": "x_dotᵀ", "vjp/x": "out_barᵀ"},
    ("l1_norm", "vector"): {"gradient/x": "sign(x)", "jvp": "sign(x)ᵀ·x_dot", "vjp/x": "out_bar·sign(x)"},
    ("l2_norm", "vector"): {"gradient/x": "x/‖x‖_2", "jvp": "xᵀ·x_dot/‖x‖_2", "vjp/x": "out_bar/‖x‖_2 · x"},
    ("frobenius_norm", "matrix"): {"gradient/x": "x/‖x‖_F", "jvp": "⟨x, x_dot⟩/‖x‖_F", "vjp/x": "out_bar/‖x‖_F · x"},
    ("sum", "rank 2"): {"gradient/x": "𝟏[m]·𝟏[n]ᵀ", "jvp": "𝟏[m]ᵀ·x_dot·𝟏[n]", "vjp/x": "out_bar·𝟏[m]·𝟏[n]ᵀ"},
    ("sum_axis", "rank 2, axis 0"): {"jvp": "x_dotᵀ·𝟏[m]", "vjp/x": "𝟏[m]·out_barᵀ"},
    ("mean_axis", "rank 2, axis 1"): {"jvp": "x_dot·𝟏[n]/n", "vjp/x": "out_bar·𝟏[n]ᵀ/n"},
    ("cumsum", "rank 2, axis 0"): {"jvp": "L·x_dot", "vjp/x": "Lᵀ·out_bar"},
    ("cumsum", "rank 2, axis 1"): {"jvp": "x_dot·Lᵀ", "vjp/x": "out_bar·L"},
    ("index", "rank 2, [1]"): {"vjp/x": "e[1]·out_barᵀ"},
    ("scalar_mul", "scalar with rank 2"): {"vjp/x": "⟨y, out_bar⟩", "vjp/y": "x·out_bar"},
}


@pytest.mark.parametrize("case", sorted(EXPECTED), ids=" ".join)
def test_results_read_as_in_a_textbook(case):
    name, label = case
    forms = operations[name].derive(label).matrix_form
    assert {part: str(forms[part]) for part in EXPECTED[case]} == EXPECTED[case]


def test_latex_and_mathml_come_from_the_same_tree():
    gradient = operations["frobenius_norm"].derive().matrix_form["gradient/x"]
    assert gradient.latex().startswith(r"\frac{x}{")
    assert "<mfrac><mi>x</mi>" in gradient.mathml()


def test_a_chain_of_matrices_and_a_vector_is_recognised(letters):
    i, j, k, m, n, A, x = letters.i, letters.j, letters.k, letters.m, letters.n, letters.A, letters.x
    form = IndexForm((i,), (n,), summed(A[j, i] * A[j, k] * x[k], (j, m), (k, n)))
    assert str(recognise(form)) == "Aᵀ·A·x"
    assert str(recognise(IndexForm((), (), summed(x[j] * A[j, k] * x[k], (j, n), (k, n))))) == "xᵀ·A·x"


@pytest.mark.parametrize(
    "what", ["an index in three factors", "a tensor of rank 3", "a diagonal", "an unknown function"]
)
def test_what_matrix_notation_cannot_say_is_left_in_index_notation(letters, what):
    i, j, n, A, x, y = letters.i, letters.j, letters.n, letters.A, letters.x, letters.y
    forms = {
        "an index in three factors": IndexForm((), (), summed(A[i, j] * A[j, i] * A[i, i] * x[j], (i, n), (j, n))),
        "a tensor of rank 3": IndexForm((i,), (n,), summed(y[i, j, j], (j, n))),
        "a diagonal": IndexForm((i,), (n,), A[i, i]),
        "an unknown function": IndexForm((i,), (n,), sp.floor(x[i])),
    }
    assert recognise(forms[what]) is None

"""Random programs of assignments, changes in place and branches are read as they run, at another size too."""

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from symbolic import FormulaError, derive
from symbolic.tensors.values import evaluate

NAMES = st.sampled_from("yz")
KEYS = st.sampled_from(["0", "-1", "1:", ":-1", "1:3", "1:-1", "::-1", ":", "..."])
NUMBERS = st.sampled_from(["0", "1.5", "x.sum()", "x[0]*2", "y[0]"])
ARRAYS = st.sampled_from(
    ["x", "y", "z.copy()", "x*y", "y**2", "np.sin(y)", "np.where(x > 0, y, z)", "y[::-1].copy()", "x[0]*z"]
)
SIGNS = st.sampled_from(["+=", "-=", "*="])
CONDITIONS = st.sampled_from(["y.sum() > 0", "z[0] < y[-1]", "np.all(x > 0)", "np.any(y < z)", "not x.mean() > 0.3"])
STATEMENTS = st.one_of(
    st.builds("{}[{}] = {}".format, NAMES, KEYS, NUMBERS),
    KEYS.flatmap(lambda k: st.builds(f"{{}}[{k}] {{}} x[{k}]".format, NAMES, SIGNS)),
    st.builds("{} {} {}".format, NAMES, SIGNS, ARRAYS),
    st.builds("{}[{} > 0.1] = {}".format, NAMES, NAMES, NUMBERS),
    st.builds("if {}: {} = {} + x".format, CONDITIONS, NAMES, ARRAYS),
    st.builds("{} = {} - {}".format, NAMES, ARRAYS, ARRAYS),
)


@st.composite
def programs(draw):
    body = draw(st.lists(STATEMENTS, min_size=1, max_size=6))
    lines = ["y = x.copy()", "z = 2 * x", *body, f"return {draw(st.sampled_from(['y', 'y + z', 'y @ z']))}"]
    return "def program(x):\n" + "\n".join(f"    {line}" for line in lines)


def path(d):
    return [str(c) for c in d.path]


@given(source=programs(), seed=st.integers(0, 2**32 - 1))
def test_a_program_is_its_formula_at_every_point_of_its_path_and_at_every_size(source, seed):
    names = {"np": np}
    exec(source, names)  # noqa: S102 - our own text
    rng = np.random.default_rng(seed)
    point, other = (rng.normal(size=n) for n in (4, 6))
    try:
        here, there = (derive(names["program"], "x", "x: n", at={"x": x}) for x in (point, other))
    except FormulaError as error:
        if "than itself" in str(error):  # the trace and the program differ
            raise
        assume(False)  # a tie, a view that is changed, a formula that is too long
    assume(path(here) == path(there))
    value = evaluate(here.function, {"n": 6}, {"x": other}).astype(float)
    np.testing.assert_allclose(value, names["program"](other.copy()), rtol=1e-6, atol=1e-9)

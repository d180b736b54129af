"""The numpy namespace gives on exact numbers what it gives on floats, whatever the numbers, shapes and ties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

DYADIC = st.integers(-40, 40).map(lambda k: k / 16)
ROWS = hnp.arrays(np.float64, st.tuples(st.integers(1, 3), st.integers(1, 4)), elements=DYADIC)
ANY = hnp.arrays(np.float64, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3), elements=DYADIC)

EVERYWHERE = {
    "abs": np.abs,
    "sign": np.sign,
    "where": lambda x: np.where(x > 0, x, -2 * x),
    "masked": lambda x: (x > 0) * x,
    "maximum": lambda x: np.maximum(x, 0) + np.fmin(x, 1.0),
    "clip": lambda x: np.clip(x, -1, 1),
    "floor": lambda x: np.floor(x) + np.ceil(x) + np.trunc(x) + np.rint(x),
    "divmod": lambda x: x // 0.5 + x % 0.5 + np.fmod(x, 0.5),
    "int": lambda x: x.astype(int) * 1.0,
    "bool": lambda x: x.astype(bool) * 1.0,
    "sum": np.sum,
    "prod": np.prod,
    "any": lambda x: np.any(x) * 1.0 + np.all(x),
    "cumsum": np.cumsum,
    "cumprod": np.cumprod,
    "count": lambda x: np.count_nonzero(x) * 1.0,
    "nonzero": lambda x: x[x != 0],
    "ravel sort": lambda x: np.sort(x, axis=None),
    "ravel argsort": lambda x: np.argsort(x, axis=None, kind="stable") * 1.0,
    "unique": np.unique,
    "flip": np.flip,
    "pad": lambda x: np.pad(x, 1) if x.ndim else x,
    "in place": lambda x: np.add(x, 1, out=x.copy()) if x.ndim else x,
    "copysign": lambda x: np.copysign(1.5, x) * (x != 0),
    "heaviside": lambda x: np.heaviside(x, 0.25),
    "isin": lambda x: np.isin(x, [0.0, 1.0]) * 1.0 if x.ndim else x,
    "round": lambda x: np.round(x),
    "frexp": lambda x: np.frexp(x)[0] + np.frexp(x)[1],
    "square": lambda x: np.square(x) + np.power(x, 3),
    "isclose": lambda x: np.isclose(x, np.round(x)) * 1.0,
}
OF_ROWS = {
    "max": lambda x: x.max(axis=1) + x.min(),
    "argmax": lambda x: np.argmax(x, axis=1) * 1.0,
    "argmin": lambda x: x.argmin(axis=0) * 1.0,
    "sort": lambda x: np.sort(x, axis=0),
    "argsort": lambda x: np.argsort(x, axis=1, kind="stable") * 1.0,
    "median": lambda x: np.median(x, axis=1),
    "quantile": lambda x: np.quantile(x, 0.25, axis=0),
    "ptp": lambda x: np.ptp(x, axis=1),
    "maximum accumulate": lambda x: np.maximum.accumulate(x, axis=1),
    "add accumulate": lambda x: np.add.accumulate(x, axis=1),
    "reduceat": lambda x: np.add.reduceat(x, [0, 0], axis=1),
    "outer": lambda x: np.multiply.outer(x[0], x[-1]),
    "searchsorted": lambda x: np.searchsorted(np.sort(x[0]), x[-1]) * 1.0,
    "digitize": lambda x: np.digitize(x, [-1.0, 0.0, 1.0]) * x,
    "scatter": lambda x: np.bincount(np.arange(x.size) % 3, weights=x.ravel()),
    "diff": lambda x: np.diff(x, axis=1, append=0.0),
    "mean": lambda x: np.mean(x, axis=0) + x.mean(),
    "where reduce": lambda x: np.sum(x, axis=1, where=x > 0),
    "max where": lambda x: np.max(x, axis=1, where=x > 0, initial=-1.0),
    "interp": lambda x: np.interp(x, [-1.0, 0.0, 1.0], [2.0, 0.0, 4.0]),
    "convolve": lambda x: np.convolve(x[0], x[-1], "full"),
    "correlate": lambda x: np.correlate(x[0], x[-1], "same"),
    "block": lambda x: np.block([[x, x], [2 * x, -x]]),
    "insert": lambda x: np.insert(x, 1, 7.0, axis=1),
    "delete": lambda x: np.delete(x, 0, axis=1),
    "roll": lambda x: np.roll(x, 1, axis=1) + np.roll(x, -1),
    "take along": lambda x: np.take_along_axis(x, np.argsort(x, 1, kind="stable")[:, ::-1], 1),
    "one hot": lambda x: np.eye(x.shape[1])[x.argmax(1)] * x,
    "partition": lambda x: np.sort(np.partition(x[0], 0)),
    "average": lambda x: np.average(x, axis=0, weights=np.arange(1.0, len(x) + 1)),
    "meshgrid": lambda x: np.add(*np.meshgrid(x[0], x[:, 0])),
    "triangle": lambda x: np.tril(x) + np.triu(x, 1),
    "gradient": lambda x: np.gradient(np.concatenate([x, x], axis=1), axis=1),
    "lexsort": lambda x: np.lexsort((x[0], x[-1])) * 1.0,
}


@pytest.mark.parametrize("name", EVERYWHERE)
@given(x=ANY)
def test_a_function_of_any_array_gives_numpys_result(agree, name, x):
    agree(EVERYWHERE[name], np.float64, x)


@pytest.mark.parametrize("name", OF_ROWS)
@given(x=ROWS)
def test_a_function_of_rows_gives_numpys_result(agree, name, x):
    agree(OF_ROWS[name], np.float64, x)

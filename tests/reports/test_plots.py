from __future__ import annotations

import itertools
import re

from hypothesis import given
from hypothesis import strategies as st

from reports.plots import HEIGHT, WIDTH, plot

POINTS = st.lists(st.tuples(st.floats(1e-12, 1e3), st.floats(0, 1e12)), max_size=5)


def _plot(kind="error-against-step", series=(), band=(), mark=None):
    named = [{"name": f"s{i}", "points": points} for i, points in enumerate(series)]
    return plot({"kind": kind, "series": named, "band": band, "mark": mark, "dtype": "float32"})


@given(st.sampled_from(["error-against-step", "ulps-against-input"]), st.lists(POINTS, min_size=1, max_size=3), POINTS)
def test_everything_drawn_lies_inside_the_picture(kind, series, band):
    drawn = _plot(kind, series, band)
    dots = [dot for curve in drawn.curves for dot in curve.dots]
    paths = " ".join([drawn.band, *(curve.path for curve in drawn.curves)])
    numbers = [float(n) for n in re.findall(r"-?[\d.]+", paths)]
    dots += list(zip(numbers[::2], numbers[1::2], strict=True))
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in dots)
    assert sum(len(curve.dots) for curve in drawn.curves) == sum(map(len, series))


def test_the_band_covers_exactly_the_errors_that_are_allowed():
    drawn = _plot(series=[[(1e-3, 1e-8), (1e-1, 1e-2)]], band=[(1e-3, 1e-6), (1e-1, 1e-3)])
    (inside, outside) = drawn.curves[0].dots
    edge = [float(n) for n in re.findall(r"[\d.]+", drawn.band)]
    assert inside[1] > edge[1]
    assert outside[1] < edge[3]


def test_names_of_curves_that_end_together_do_not_overlap():
    drawn = _plot(series=[[(1.0, 1.0)], [(1.0, 1.0)], [(1.0, 1.0)]])
    heights = sorted(curve.label[1] for curve in drawn.curves)
    assert all(b - a >= 14 for a, b in itertools.pairwise(heights))


def test_coordinates_are_rounded_to_a_tenth():
    drawn = _plot(series=[[(10**-1.2345, 10**-5.4321), (1.0, 1.0)]], mark={"x": 0.0123, "label": "step"})
    places = [x for x, _ in drawn.x_ticks + drawn.y_ticks]
    numbers = re.findall(r"\d+\.\d+", f"{drawn.curves} {drawn.mark} {places}")
    assert numbers
    assert all(len(n.split(".")[1]) == 1 for n in numbers)


def test_ulps_are_dots_and_errors_against_the_step_are_joined():
    assert _plot("ulps-against-input", [[(1.0, 1.0), (2.0, 2.0)]]).curves[0].path == ""
    assert _plot("error-against-step", [[(1.0, 1.0), (2.0, 2.0)]]).curves[0].path != ""

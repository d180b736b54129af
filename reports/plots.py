"""Plots as geometry: errors against the step or the input, with the band of what is allowed; the template draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from reports import scales

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WIDTH, HEIGHT = 640, 260
LEFT, RIGHT, TOP, BOTTOM = 56, 96, 14, 40

LONG_AXIS = 100
"""Above so many ulps the axis is logarithmic: the small errors would lie on its floor."""

Point = tuple[float, float]


class Curve(NamedTuple):
    """A series: its path, its dots, and where its name stands."""

    name: str
    path: str
    dots: list[Point]
    label: Point


class Mark(NamedTuple):
    """A vertical line with words."""

    x: float
    label: str


class Drawing(NamedTuple):
    """Everything a plot shows, in pixels to a tenth."""

    curves: list[Curve]
    band: str
    mark: Mark | None
    x_ticks: list[tuple[float, str]]
    y_ticks: list[tuple[float, str]]
    frame: tuple[int, int, int, int]
    size: tuple[int, int]


def plot(data: Mapping[str, Any]) -> Drawing:
    """Return the drawing of a plot of the record.

    Parameters
    ----------
    data : mapping
        `kind`, `series`, `band`, `mark`, `dtype` (see `schema.json`, `plot`).
    """
    xs = [x for s in data["series"] for x, _ in s["points"]] + [x for x, _ in data["band"]]
    ys = [y for s in data["series"] for _, y in s["points"]] + [y for _, y in data["band"]]
    x_scale, y_scale = _scales(data, xs, ys)

    def to_x(x: float) -> float:
        return round(LEFT + x_scale.place(x) * (WIDTH - LEFT - RIGHT), 1)

    def to_y(y: float) -> float:
        return round(HEIGHT - BOTTOM - y_scale.place(y) * (HEIGHT - TOP - BOTTOM), 1)

    series = [(s["name"], sorted((to_x(x), to_y(y)) for x, y in s["points"])) for s in data["series"] if s["points"]]
    band = sorted((to_x(x), to_y(y)) for x, y in data["band"])
    mark = data["mark"]
    joined = data["kind"] == "error-against-step"
    return Drawing(
        curves=_labelled([(name, _path(dots) if joined else "", dots) for name, dots in series]),
        band=_area(band),
        mark=None if mark is None else Mark(to_x(mark["x"]), mark["label"]),
        x_ticks=[(round(LEFT + t.place * (WIDTH - LEFT - RIGHT), 1), t.label) for t in x_scale.ticks],
        y_ticks=[(round(HEIGHT - BOTTOM - t.place * (HEIGHT - TOP - BOTTOM), 1), t.label) for t in y_scale.ticks],
        frame=(LEFT, TOP, WIDTH - RIGHT, HEIGHT - BOTTOM),
        size=(WIDTH, HEIGHT),
    )


def _scales(data: Mapping[str, Any], xs: Sequence[float], ys: Sequence[float]) -> tuple[scales.Scale, scales.Scale]:
    if data["kind"] == "error-against-step":
        return scales.log10(xs), scales.log10(ys)
    y_scale = scales.log10 if max(ys, default=0) > LONG_AXIS else scales.linear
    return scales.float_ordinal(xs, data["dtype"]), y_scale(ys)


def _path(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)


def _area(edge: Sequence[Point]) -> str:
    """Return the closed path between an upper edge and the axis."""
    if not edge:
        return ""
    floor = HEIGHT - BOTTOM
    return f"{_path(edge)}L{edge[-1][0]:g} {floor}L{edge[0][0]:g} {floor}Z"


def _labelled(curves: Sequence[tuple[str, str, list[Point]]]) -> list[Curve]:
    """Put each name at the end of its curve, pushed down where names would overlap."""
    placed: list[Curve] = []
    lowest = TOP - 14.0
    for name, path, dots in sorted(curves, key=lambda curve: curve[2][-1][1]):
        lowest = max(dots[-1][1] + 4, lowest + 14)
        placed.append(Curve(name, path, dots, (round(WIDTH - RIGHT + 8, 1), round(lowest, 1))))
    return placed

"""Frozen, registered and forgotten parameters under an optimizer (the notes' remarks in section 2.5.1)."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from verify.claims.claim import Batch, Claim, Demonstration, Shown, Step, Trial, Written, array

if TYPE_CHECKING:
    from verify.claims.claim import Array, Engine, Tensor

RATE = 0.5
"""A learning rate that is exact in binary, so that a demonstration's numbers are what they look like."""

NETWORKS = 20
"""Random networks in which a layer is frozen."""


def _parameter(torch: Engine, value: float, *, trained: bool = True) -> Tensor:
    return torch.tensor(np.array([value], dtype=np.float32), requires_grad=trained)


def _loss(*parameters: Tensor) -> Tensor:
    out = parameters[0] * 1.0
    for parameter in parameters[1:]:
        out = out * parameter
    return out.sum()


def _value(tensor: Tensor) -> float:
    return float(array(tensor)[0])


def _held_after_forward(torch: Engine) -> list[Step]:
    w = _parameter(torch, 1.0)
    loss = _loss(w, w)
    held = w.grad is not None
    loss.backward()
    return [
        Step("w.grad is held when the forward pass is over", "run: after the forward pass w.grad is None", held),
        Step("w.grad is held when the backward pass is over", "run", w.grad is not None),
    ]


def _held_after_backward(torch: Engine) -> list[Step]:
    w = _parameter(torch, 3.0)
    _loss(w, w).backward()
    return [
        Step("with requires_grad=True, w.grad = 6 after the backward pass of w² at 3", "run", _value(w.grad) == 6.0)
    ]


def _intermediate(torch: Engine) -> Shown:
    w = _parameter(torch, 3.0)
    y = w * w
    asked, leaf = y.requires_grad, y.is_leaf
    y.sum().backward(retain_graph=True)
    # PyTorch warns when .grad of a non-leaf is read: a second run that retains it shows that it was not kept
    y.retain_grad()
    y.sum().backward()
    kept_once = y.grad is not None and _value(y.grad) == 1.0
    return Shown(
        asked and not leaf and kept_once, "y = w * w requires a gradient, yet only y.retain_grad() keeps y.grad"
    )


def _not_held(torch: Engine) -> list[Step]:
    w, frozen = _parameter(torch, 3.0), _parameter(torch, 5.0, trained=False)
    _loss(w, frozen).backward()
    return [
        Step("with requires_grad=False, .grad is None after the backward pass", "run", frozen.grad is None),
        Step("the other factor's gradient is 5", "run", _value(w.grad) == 5.0),
    ]


def _no_graph(torch: Engine) -> list[Step]:
    w = _parameter(torch, 3.0, trained=False)
    out = _loss(w, w)
    return [
        Step(
            "nothing is recorded: out.requires_grad is False and out.grad_fn is None",
            "run",
            not out.requires_grad and out.grad_fn is None,
        )
    ]


def _trained(torch: Engine, w: Tensor, frozen: Tensor, steps: int, **options: float) -> None:
    """Run training steps of loss = w·frozen, both registered."""
    optimizer = torch.optim.SGD([w, frozen], lr=RATE, **options)
    for _ in range(steps):
        optimizer.zero_grad()
        _loss(w, frozen).backward()
        optimizer.step()


def _frozen_stays(torch: Engine) -> list[Step]:
    steps = []
    for name, options in (("plain", {}), ("momentum", {"momentum": 0.9}), ("weight decay", {"weight_decay": 0.1})):
        w, frozen = _parameter(torch, 1.0), _parameter(torch, 2.0, trained=False)
        _trained(torch, w, frozen, 3, **options)
        stays, moves = _value(frozen) == 2.0, _value(w) != 1.0
        steps.append(
            Step(f"{name} SGD, 3 steps: the frozen parameter is still 2, the other moved", "run", stays and moves)
        )
    return steps


def _late(torch: Engine, *, clear: bool, **options: float) -> Shown:
    """Freeze a registered parameter after one step, and let the optimizer step again."""
    w = _parameter(torch, 1.0)
    optimizer = torch.optim.SGD([w], lr=RATE, **options)
    _loss(w, w).backward()
    optimizer.step()
    w.requires_grad_(False)
    if clear:
        optimizer.zero_grad(set_to_none=False)
    before = _value(w)
    optimizer.step()
    given = ", ".join(f"{name}={value}" for name, value in options.items())
    after = _value(w)
    how = "its gradient set to zero" if clear else "its gradient left as it was"
    return Shown(
        after != before, f"SGD(lr={RATE}{', ' + given if given else ''}), frozen with {how}: {before} became {after}"
    )


def _late_and_none(torch: Engine) -> Shown:
    w = _parameter(torch, 1.0)
    optimizer = torch.optim.SGD([w], lr=RATE, momentum=0.9, weight_decay=0.1)
    _loss(w, w).backward()
    optimizer.step()
    w.requires_grad_(False)
    optimizer.zero_grad()
    before = _value(w)
    optimizer.step()
    return Shown(
        _value(w) == before, f"frozen, zero_grad() set its .grad to None: {before} stays {_value(w)}, momentum or not"
    )


def _unregistered(torch: Engine) -> list[Step]:
    w, forgotten = _parameter(torch, 1.0), _parameter(torch, 2.0)
    optimizer = torch.optim.SGD([w], lr=RATE)
    _loss(w, forgotten).backward()
    optimizer.step()
    return [
        Step("its gradient is stored", "run: .grad = 1", _value(forgotten.grad) == 1.0),
        Step("step() does not move it", "run: still 2", _value(forgotten) == 2.0),
        Step("step() moves the registered one", "run: from 1 to 0", _value(w) == 0.0),
    ]


def _piles_up(torch: Engine) -> Shown:
    w, forgotten = _parameter(torch, 1.0), _parameter(torch, 2.0)
    optimizer = torch.optim.SGD([w], lr=0.0)
    found = []
    for _ in range(3):
        optimizer.zero_grad()
        _loss(w, forgotten).backward()
        found.append(_value(forgotten.grad))
    return Shown(
        found == [1.0, 2.0, 3.0],
        f"three steps with optimizer.zero_grad(): its .grad is {found}, w.grad is {_value(w.grad)}",
    )


def _earlier(torch: Engine, x: Tensor, w1: Tensor, w2: Tensor, w3: Tensor) -> tuple[Tensor, Tensor]:
    """Compare the gradients of two elementwise layers, the third trained and frozen."""
    sides = []
    for trained in (True, False):
        first, second = (w.clone().requires_grad_(True) for w in (w1, w2))
        third = w3.clone().requires_grad_(trained)
        (third * (second * (first * x))).sum().backward()
        sides.append(torch.stack([first.grad, second.grad]))
    return sides[0], sides[1]


def _earlier_on_draws(x: Array, w1: Array, w2: Array, w3: Array) -> Batch:
    both = np.stack([(w3 * w2) * x, w3 * (w1 * x)], axis=1)
    return Batch(both, both)


def _network(torch: Engine, number: int, frozen: int | None) -> list[Array]:
    """Return the gradients of a random three-layer network, one of its layers frozen or none."""
    rng = np.random.default_rng(number)
    sizes = rng.integers(1, 6, 4).tolist()
    weights = [torch.tensor(rng.standard_normal((b, a)).astype(np.float32)) for a, b in itertools.pairwise(sizes)]
    h = torch.tensor(rng.standard_normal((sizes[0], 2)).astype(np.float32))
    for k, w in enumerate(weights):
        w.requires_grad_(k != frozen)
        h = torch.tanh(torch.mm(w, h))
    h.sum().backward()
    return [array(w.grad) for k, w in enumerate(weights) if k != frozen]


def _layers(torch: Engine) -> list[Step]:
    steps = []
    for frozen in (1, 2):
        same = True
        for number in range(NETWORKS):
            free, held = _network(torch, number, None), _network(torch, number, frozen)
            kept = [g for k, g in enumerate(free) if k != frozen]
            same &= all(np.array_equal(a, b) for a, b in zip(kept, held, strict=True))
        what = f"freezing layer {frozen + 1} of 3 leaves the other layers' gradients unchanged to the bit"
        steps.append(Step(what, f"run on {NETWORKS} random networks of tanh layers", same))
    return steps


def _step(torch: Engine, w: Tensor, g: Tensor) -> tuple[Tensor, Tensor]:
    before = w.clone()
    w.requires_grad_(True)
    optimizer = torch.optim.SGD([w], lr=0.1)
    (w * g).sum().backward()
    optimizer.step()
    return w.detach(), before - 0.1 * g


def _step_on_draws(w: Array, g: Array) -> Batch:
    step = g.dtype.type(0.1) * g
    return Batch(w - step, w - step, parts=(step,))


def _texttt(text: str) -> Written:
    return Written(text, r"\texttt{" + text.replace("_", r"\_") + "}")


LAYERS = tuple({"x": s, "w1": s, "w2": s, "w3": s} for s in ((1,), (3,)))

CLAIMS = (
    Claim(
        id="requires-grad-keeps-gradient",
        section="2.5.1",
        statement="requires_grad=True says that backward keeps the tensor's gradient, for the optimizer to use.",
        formula=_texttt("requires_grad = True, then backward(): grad is not None"),
        operations=("mul",),
        semantics=_held_after_backward,
        shows=(
            Demonstration(
                "an intermediate result",
                "It requires a gradient and does not keep it: only leaves do, unless asked by retain_grad().",
                _intermediate,
                unless="the tensor is a leaf",
            ),
        ),
    ),
    Claim(
        id="gradient-held-after-forward",
        section="2.5.1",
        statement="With requires_grad=True the gradient is held as soon as the forward pass is over.",
        formula=_texttt("out = f(w): w.grad is not None"),
        semantics=_held_after_forward,
    ),
    Claim(
        id="no-gradient-without-requires-grad",
        section="2.5.1",
        statement="With requires_grad=False no gradient is kept.",
        formula=_texttt("requires_grad = False, then backward(): grad is None"),
        operations=("mul",),
        semantics=_not_held,
    ),
    Claim(
        id="no-graph-without-requires-grad",
        section="2.5.1",
        statement="Where nothing requires a gradient, the forward pass records nothing.",
        formula=_texttt("requires_grad = False: grad_fn is None"),
        operations=("mul",),
        semantics=_no_graph,
    ),
    Claim(
        id="frozen-parameter-does-not-change",
        section="2.5.1",
        statement="A parameter with requires_grad=False does not change, registered in the optimizer or not.",
        formula=_texttt("w.requires_grad = False, then step(): w == w_before"),
        operations=("mul",),
        semantics=_frozen_stays,
        shows=(
            Demonstration(
                "frozen late, its gradient left over",
                "step() uses the .grad that is there; requires_grad is not asked.",
                lambda torch: _late(torch, clear=False),
                unless="no gradient is left over from before it was frozen",
            ),
            Demonstration(
                "momentum",
                "A gradient set to zero, not to None, lets the momentum of earlier steps go on.",
                lambda torch: _late(torch, clear=True, momentum=0.5),
                unless="its gradient was set to None (not to zero) if there is momentum or weight decay",
            ),
            Demonstration(
                "weight decay",
                "A gradient set to zero, not to None, still has weight decay added to it.",
                lambda torch: _late(torch, clear=True, weight_decay=0.5),
            ),
            Demonstration(
                "frozen late, its gradient None", "step() skips a parameter whose .grad is None.", _late_and_none
            ),
        ),
    ),
    Claim(
        id="frozen-layer-leaves-earlier-gradients",
        section="2.5.1",
        statement="Whether a layer's parameters require gradients does not change the gradients of earlier layers.",
        operations=("mul", "mm"),
        semantics=_layers,
        trial=Trial(LAYERS, _earlier, _earlier_on_draws, relation="identical"),
        because="the cotangent passes through the layer's input, not its parameters",
    ),
    Claim(
        id="registered-parameter-steps",
        section="2.5.1",
        statement="step() updates a registered parameter with the gradient that was kept: w - lr·w.grad.",
        formula=Written("w ← w − lr · w.grad", r"w \leftarrow w - \mathrm{lr}\cdot w.\mathrm{grad}"),
        operations=("sub", "scalar_mul"),
        semantics=_held_after_backward,
        trial=Trial(
            tuple({"w": s, "g": s} for s in ((1,), (4,))), _step, _step_on_draws, relation="identical", entrywise=True
        ),
    ),
    Claim(
        id="unregistered-parameter-does-not-change",
        section="2.5.1",
        statement="A parameter with requires_grad=True the optimizer does not know keeps its gradient and its value.",
        formula=_texttt("w not in optimizer: w.grad is not None, w == w_before"),
        operations=("mul",),
        semantics=_unregistered,
        shows=(
            Demonstration(
                "its gradients pile up",
                "optimizer.zero_grad() clears what is registered; the forgotten gradient grows from step to step.",
                _piles_up,
            ),
        ),
    ),
)

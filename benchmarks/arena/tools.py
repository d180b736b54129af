"""Who is asked: our judge and the gradient checkers of PyTorch, JAX and autograd, behind one signature.

Each tool is given the NumPy program and the gradient on trial, at one point, with its own defaults: nobody's tolerances
are tuned. A rival that raises, for whatever reason, condemns.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.arena.evidence import is_float, pack

if TYPE_CHECKING:
    from collections.abc import Callable

ACCEPTED, CONDEMNED, UNSTABLE, UNDECIDED, ERROR = "accepted", "condemned", "unstable", "undecided", "error"


@dataclass(frozen=True)
class Trial:
    """A program, the gradient on trial, the point and what else a tool may know."""

    f: Callable[..., Any]
    vjp: Callable[..., Any]
    inputs: tuple[Any, ...]
    domain: Any
    seconds: float
    seed: int


@dataclass(frozen=True)
class Tool:
    """A checker: its name, the modules it needs, and `ask`, which returns a word and a reason."""

    name: str
    modules: tuple[str, ...]
    ask: Callable[[Trial], tuple[str, str]]

    def missing(self) -> str:
        """Return why the tool cannot be asked here, or ""."""
        for module in self.modules:
            try:
                found = importlib.util.find_spec(module)
            except ModuleNotFoundError:
                found = None
            if found is None:
                return f"{module} is not installed"
        if self.name == "gradproof" and not callable(getattr(importlib.import_module("verify"), "check", None)):
            return "this version of verify has no check"
        return ""


def ask_gradproof(trial: Trial) -> tuple[str, str]:
    """Ask `verify.check`; an exception of the judge itself is an error of ours, not a verdict."""
    check = importlib.import_module("verify").check
    judgement = check(
        trial.f, *trial.inputs, vjp=trial.vjp, domain=trial.domain, seconds=trial.seconds, seed=trial.seed
    )
    words = {"RIGHT": ACCEPTED, "WRONG": CONDEMNED, "UNSTABLE": UNSTABLE, "UNDECIDED": UNDECIDED}
    return words.get(judgement.status.name, ERROR), judgement.reason


def split(trial: Trial) -> tuple[list[int], Callable[..., Any], Callable[..., Any]]:
    """Return which inputs are floats, and program and gradient as functions of those alone, with one vector out.

    Integer inputs are closed over; a tuple of outputs is packed into one vector, for autograd cannot return two.
    """
    free = [i for i, x in enumerate(trial.inputs) if is_float(x)]
    outs = trial.f(*trial.inputs)

    def full(values: tuple[Any, ...]) -> tuple[Any, ...]:
        inputs = list(trial.inputs)
        for i, value in zip(free, values, strict=True):
            inputs[i] = value
        return tuple(inputs)

    def program(*values: Any) -> Any:
        out = trial.f(*full(values))
        return pack(out) if isinstance(out, tuple) else out

    def gradient(out_bar: Any, *values: Any) -> list[Any]:
        if isinstance(outs, tuple):
            ends = np.cumsum([np.size(o) for o in outs])[:-1]
            pieces = np.split(out_bar, ends)
            out_bar = tuple(piece.reshape(np.shape(o)) for piece, o in zip(pieces, outs, strict=True))
        grads = trial.vjp(out_bar, *full(values))
        grads = grads if isinstance(grads, tuple) else (grads,)
        return [grads[i] for i in free] if len(grads) == len(trial.inputs) else list(grads)

    return free, program, gradient


def ask_torch(trial: Trial, *, fast: bool) -> tuple[str, str]:
    """Wrap the pair as a `torch.autograd.Function` and ask `gradcheck`."""
    torch = importlib.import_module("torch")
    free, program, gradient = split(trial)

    class Wrapped(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, *tensors: Any) -> Any:
            ctx.save_for_backward(*tensors)
            return torch.tensor(np.array(program(*[t.detach().numpy() for t in tensors])))

        @staticmethod
        def backward(ctx: Any, out_bar: Any) -> Any:
            grads = gradient(out_bar.numpy(), *[t.detach().numpy() for t in ctx.saved_tensors])
            return tuple(None if g is None else torch.tensor(np.array(g)) for g in grads)

    tensors = [torch.tensor(np.array(trial.inputs[i]), requires_grad=True) for i in free]
    torch.autograd.gradcheck(Wrapped.apply, tensors, fast_mode=fast)
    return ACCEPTED, ""


def ask_jax(trial: Trial) -> tuple[str, str]:
    """Wrap the pair as a `jax.custom_vjp` over `pure_callback` and ask `check_grads` in reverse mode."""
    jax = importlib.import_module("jax")
    jax.config.update("jax_enable_x64", True)
    logging.getLogger("jax").setLevel(logging.CRITICAL)  # it logs what it also raises
    check_grads = importlib.import_module("jax.test_util").check_grads
    free, program, gradient = split(trial)
    shapes = [jax.ShapeDtypeStruct(np.shape(trial.inputs[i]), trial.inputs[i].dtype) for i in free]
    out = np.asarray(program(*[trial.inputs[i] for i in free]))
    out_shape = jax.ShapeDtypeStruct(out.shape, out.dtype)

    @jax.custom_vjp
    def wrapped(*xs: Any) -> Any:
        return jax.pure_callback(lambda *v: np.asarray(program(*map(np.array, v))), out_shape, *xs)

    def backward(xs: Any, out_bar: Any) -> Any:
        def host(g: Any, *v: Any) -> Any:
            return [np.asarray(p) for p in gradient(np.array(g), *map(np.array, v))]

        return tuple(jax.pure_callback(host, shapes, out_bar, *xs))

    wrapped.defvjp(lambda *xs: (wrapped(*xs), xs), backward)
    check_grads(wrapped, tuple(jax.numpy.asarray(trial.inputs[i]) for i in free), order=1, modes=["rev"])
    return ACCEPTED, ""


def ask_autograd(trial: Trial) -> tuple[str, str]:
    """Wrap the pair as an autograd primitive and ask `check_grads` in reverse mode, its global dice seeded."""
    extend = importlib.import_module("autograd.extend")
    check_grads = importlib.import_module("autograd.test_util").check_grads
    np.random.seed(trial.seed)  # noqa: NPY002  autograd draws its directions from the global generator
    free, program, gradient = split(trial)
    wrapped = extend.primitive(program)

    def maker(i: int) -> Callable[..., Any]:
        return lambda _, *args: lambda g: gradient(g, *args)[i]

    extend.defvjp(wrapped, *[maker(i) for i in range(len(free))])
    check_grads(wrapped, tuple(range(len(free))), modes=["rev"], order=1)(*[np.array(trial.inputs[i]) for i in free])
    return ACCEPTED, ""


def ask_torch_slow(trial: Trial) -> tuple[str, str]:
    """Ask `gradcheck` as it comes."""
    return ask_torch(trial, fast=False)


def ask_torch_fast(trial: Trial) -> tuple[str, str]:
    """Ask `gradcheck` with ``fast_mode=True``."""
    return ask_torch(trial, fast=True)


TOOLS = {
    tool.name: tool
    for tool in (
        Tool("gradproof", ("verify",), ask_gradproof),
        Tool("torch-slow", ("torch",), ask_torch_slow),
        Tool("torch-fast", ("torch",), ask_torch_fast),
        Tool("jax", ("jax", "jax.test_util"), ask_jax),
        Tool("autograd", ("autograd", "autograd.test_util"), ask_autograd),
    )
}

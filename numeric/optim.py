"""Gradient descent, with the semantics of ``torch.optim.SGD`` step by step."""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Iterable
from numbers import Real
from typing import TYPE_CHECKING, Any

from numeric.autograd import enable_grad, no_grad
from numeric.errors import NumericTypeError, NumericValueError
from numeric.nn.parameter import clear_gradient
from numeric.tensor import Tensor

if TYPE_CHECKING:
    from collections.abc import Callable


class SGD:
    """Stochastic gradient descent with momentum and weight decay.

    One step, for each parameter ``x`` whose gradient ``g`` is not None (``-g`` if `maximize`)::

        g ← g + weight_decay · x
        v ← momentum · v + (1 - dampening) · g        (the first time v ← g)
        g ← g + momentum · v  if nesterov, else  v
        x ← x - lr · g

    The gradient is whatever ``x.grad`` holds: a parameter frozen with ``requires_grad_(False)``
    after a backward pass still moves by its old gradient, until `zero_grad` drops it.

    Each product and sum is rounded on its own. PyTorch, on processors that have it, fuses the two
    in ``x - lr · g`` and rounds once: the two agree to the last bit where the product is exact,
    and within one rounding of the product elsewhere.

    Parameters
    ----------
    params
        Tensors, or ``(name, tensor)`` pairs, or dicts with ``"params"`` and options of their own.
    lr, momentum, dampening, weight_decay
        Not negative (dampening: any number).
    nesterov
        Look ahead; wants a momentum and no dampening.
    maximize
        Ascend.

    Attributes
    ----------
    param_groups
        A list of dicts: ``"params"`` and the options of each group, read anew at each step.
    state
        By parameter, a dict that holds its ``"momentum_buffer"``.

    Raises
    ------
    NumericValueError
        If there is no parameter, one is not a leaf or in two groups, or an option is out of range.
    NumericTypeError
        If a parameter is not a tensor, or `params` is a tensor or a set.

    References
    ----------
    Sutskever et al., *On the importance of initialization and momentum in deep learning* (2013),
    in PyTorch's form, where the learning rate multiplies the velocity as a whole.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        self.defaults: dict[str, Any] = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
        }
        _check_options(self.defaults)
        self.param_groups: list[dict[str, Any]] = []
        self.state: defaultdict[Tensor, dict[str, Any]] = defaultdict(dict)
        if isinstance(params, Tensor):
            raise NumericTypeError("SGD got one tensor as params; give a list of tensors or dicts")
        if not isinstance(params, Iterable):
            raise NumericTypeError(f"SGD got params={params!r}; give an iterable of tensors or dicts")
        groups = list(params)
        if not groups:
            raise NumericValueError("SGD got an empty parameter list; give at least one tensor")
        for group in groups if isinstance(groups[0], dict) else [{"params": groups}]:
            self.add_param_group(group)

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add parameters with options of their own; what is not given is the constructor's.

        Raises
        ------
        NumericTypeError
            If it is not a dict of tensors.
        NumericValueError
            If a tensor is not a leaf, or belongs to a group already.
        """
        if not isinstance(param_group, dict):
            raise NumericTypeError(f"add_param_group got {param_group!r}; give a dict")
        if "params" not in param_group:
            raise NumericValueError(f"a parameter group got {param_group!r} without 'params'; give them")
        tensors, names = _listed(param_group["params"])
        for tensor in tensors:
            _check_parameter(tensor)
        if len({id(tensor) for tensor in tensors}) < len(tensors):
            warnings.warn("a parameter group names a parameter twice", stacklevel=3)
        taken = {id(tensor) for group in self.param_groups for tensor in group["params"]}
        if any(id(tensor) in taken for tensor in tensors):
            raise NumericValueError("a parameter is in two groups; give it to one group only")
        param_group["params"] = tensors
        if names:
            param_group["param_names"] = names
        for option, value in self.defaults.items():
            param_group.setdefault(option, value)
        self.param_groups.append(param_group)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Drop the gradients of all parameters in the groups, or fill them with zeros."""
        for group in self.param_groups:
            for x in group["params"]:
                clear_gradient(x, set_to_none=set_to_none)

    def step(self, closure: Callable[[], Tensor] | None = None) -> Tensor | None:
        """Move every parameter that has a gradient.

        Parameters
        ----------
        closure
            Computes the loss anew, with gradients recorded; its value is returned.
        """
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        with no_grad():
            for group in self.param_groups:
                for x in group["params"]:
                    if x.grad is not None:
                        x.sub_(group["lr"] * self._direction(x, x.grad, group))
        return loss

    def _direction(self, x: Tensor, g: Tensor, group: dict[str, Any]) -> Tensor:
        """Compute what the learning rate multiplies, and renew the momentum buffer."""
        if group["maximize"]:
            g = -g
        if group["weight_decay"] != 0:
            g = g + group["weight_decay"] * x
        momentum = group["momentum"]
        if momentum == 0:
            return g
        v: Tensor | None = self.state[x].get("momentum_buffer")
        if v is None:
            v = g.detach().clone()
            self.state[x]["momentum_buffer"] = v
        else:
            v.mul_(momentum).add_((1 - group["dampening"]) * g)
        return g + momentum * v if group["nesterov"] else v

    def state_dict(self) -> dict[str, Any]:
        """Give groups and state with the parameters numbered in their order."""
        parameters = [x for group in self.param_groups for x in group["params"]]
        numbers = {id(x): number for number, x in reversed(list(enumerate(parameters)))}
        groups = [group | {"params": [numbers[id(x)] for x in group["params"]]} for group in self.param_groups]
        state = {numbers[id(x)]: entries for x, entries in self.state.items()}
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over the options and buffers of another optimizer's `state_dict`.

        Raises
        ------
        NumericValueError
            If the numbers of groups, or of parameters in a group, differ.
        """
        saved = state_dict["param_groups"]
        sizes = [len(group["params"]) for group in self.param_groups]
        saved_sizes = [len(group["params"]) for group in saved]
        if sizes != saved_sizes:
            raise NumericValueError(f"load_state_dict got groups of {saved_sizes} parameters; this has {sizes}")
        parameters = {
            number: x
            for group, saved_group in zip(self.param_groups, saved, strict=True)
            for number, x in zip(saved_group["params"], group["params"], strict=True)
        }
        self.state = defaultdict(dict)
        for number, entries in state_dict["state"].items():
            x = parameters[number]
            self.state[x] = {name: _of_dtype(value, x) for name, value in entries.items()}
        self.param_groups = [
            group | saved_group | {"params": group["params"]}
            for group, saved_group in zip(self.param_groups, saved, strict=True)
        ]

    def __repr__(self) -> str:
        text = f"{type(self).__name__} ("
        for number, group in enumerate(self.param_groups):
            text += f"\nParameter Group {number}\n"
            for option in sorted(group.keys() - {"params"}):
                text += f"    {option}: {group[option]}\n"
        return text + ")"


def _check_options(options: dict[str, Any]) -> None:
    for name in ("lr", "momentum", "weight_decay"):
        if not (isinstance(options[name], Real) and options[name] >= 0):
            raise NumericValueError(f"SGD got {name}={options[name]!r}; give a number >= 0")
    if options["nesterov"] and (options["momentum"] <= 0 or options["dampening"] != 0):
        raise NumericValueError(
            f"SGD got nesterov with momentum={options['momentum']!r} and "
            f"dampening={options['dampening']!r}; give a momentum > 0 and no dampening"
        )


def _listed(params: Any) -> tuple[list[Any], list[str]]:
    """Put parameters into a list, and the names that came with them into another."""
    if isinstance(params, Tensor):
        return [params], []
    if isinstance(params, set):
        raise NumericTypeError("a parameter group got a set, which has no order; give a list")
    pairs = [param if isinstance(param, tuple) else (None, param) for param in params]
    names = [name for name, _ in pairs if name is not None]
    if names and len(names) < len(pairs):
        raise NumericValueError("some parameters of a group have names; name all or none")
    return [tensor for _, tensor in pairs], names


def _check_parameter(tensor: object) -> None:
    if not isinstance(tensor, Tensor):
        raise NumericTypeError(f"a parameter group got a {type(tensor).__name__}; give tensors")
    if not (tensor.is_leaf or tensor.retains_grad):
        raise NumericValueError(
            "can't optimize a non-leaf tensor, whose gradient is not kept; give the leaf it was "
            "computed from, or its detach().requires_grad_()"
        )


def _of_dtype(value: Any, parameter: Tensor) -> Any:
    """Cast a tensor of the state to its parameter's dtype; as in PyTorch, it is shared if it has it."""
    return value.to(parameter.dtype) if isinstance(value, Tensor) else value

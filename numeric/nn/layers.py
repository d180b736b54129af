"""The layers of the notes and their chapters."""

from __future__ import annotations

import math
from collections import OrderedDict
from itertools import islice
from typing import TYPE_CHECKING

from numeric.creation import empty
from numeric.errors import NumericIndexError, NumericTypeError
from numeric.nn import functional, init
from numeric.nn.module import Module
from numeric.nn.parameter import Parameter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numeric.dtypes import DType
    from numeric.tensor import Tensor


class Linear(Module):
    """The affine map ``y = x Aᵀ + b`` of the last axis.

    Parameters
    ----------
    in_features, out_features
        Sizes of the last axis of input and output.
    bias
        False for a linear map without ``b``.
    dtype
        Of the parameters; the default dtype if left out.

    Attributes
    ----------
    weight
        ``A``, of shape ``(out_features, in_features)``.
    bias
        ``b``, of shape ``(out_features,)``, or None.
    """

    def __init__(self, in_features: int, out_features: int, bias: bool = True, dtype: DType | None = None) -> None:
        super().__init__()
        self.in_features = in_features
        self.out_features = out_features
        self.weight = Parameter(empty(out_features, in_features, dtype=dtype))
        self.register_parameter("bias", Parameter(empty(out_features, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw all parameters uniformly from ±1/√in_features, as PyTorch does."""
        bound = 1 / math.sqrt(self.in_features) if self.in_features else 0.0
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def forward(self, x: Tensor) -> Tensor:
        """Map ``(..., in_features)`` to ``(..., out_features)``."""
        return functional.linear(x, self.weight, self.bias)

    def extra_repr(self) -> str:
        """Give the sizes and whether there is a bias."""
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"


class ReLU(Module):
    """The positive part ``max(x, 0)`` of each entry."""

    def forward(self, x: Tensor) -> Tensor:
        """Keep the shape."""
        return functional.relu(x)


class Sigmoid(Module):
    """The logistic function ``1 / (1 + exp(-x))`` of each entry."""

    def forward(self, x: Tensor) -> Tensor:
        """Keep the shape."""
        return functional.sigmoid(x)


class Tanh(Module):
    """The hyperbolic tangent of each entry."""

    def forward(self, x: Tensor) -> Tensor:
        """Keep the shape."""
        return functional.tanh(x)


class Flatten(Module):
    """Join the axes from `start_dim` to `end_dim`; all but the first, if left out."""

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim = start_dim
        self.end_dim = end_dim

    def forward(self, x: Tensor) -> Tensor:
        """Reshape in row-major order."""
        return x.flatten(self.start_dim, self.end_dim)

    def extra_repr(self) -> str:
        """Give the two axes."""
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class MSELoss(Module):
    """The squared error; `reduction` as in `functional.mse_loss`."""

    def __init__(self, reduction: str = "mean") -> None:
        super().__init__()
        self.reduction = reduction

    def forward(self, x: Tensor, target: Tensor) -> Tensor:
        """Compare the output `x` with the `target`."""
        return functional.mse_loss(x, target, reduction=self.reduction)


class Sequential(Module):
    """Modules applied one after the other, named 0, 1, 2, … or by an `OrderedDict`'s keys."""

    def __init__(self, *modules: Module | OrderedDict[str, Module]) -> None:
        super().__init__()
        only = modules[0] if len(modules) == 1 else None
        named = only.items() if isinstance(only, OrderedDict) else enumerate(modules)
        for name, module in named:
            self.register_module(str(name), module)

    def forward(self, x: Tensor) -> Tensor:
        """Apply the modules in their order."""
        for module in self:
            x = module(x)
        return x

    def append(self, module: Module) -> Sequential:
        """Add a module at the end."""
        self.register_module(str(len(self)), module)
        return self

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Module]:
        return iter(self._modules.values())

    def __getitem__(self, index: int | slice) -> Module:
        if isinstance(index, slice):
            return Sequential(OrderedDict(list(self._modules.items())[index]))
        module: Module = next(islice(self, self._position(index), None))
        return module

    def __setitem__(self, index: int, module: Module) -> None:
        name = next(islice(self._modules, self._position(index), None))
        self.register_module(name, module)

    def _position(self, index: int) -> int:
        if not isinstance(index, int):
            raise NumericTypeError(f"Sequential got the index {index!r}; give an int or a slice")
        if not -len(self) <= index < len(self):
            raise NumericIndexError(
                f"Sequential of {len(self)} modules got the index {index}; give one from "
                f"{-len(self)} to {len(self) - 1}"
            )
        return index % len(self)

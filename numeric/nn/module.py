"""The module: a tree of parameters, each reached by its dotted name."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from numeric.autograd import no_grad
from numeric.errors import NumericError, NumericRuntimeError, NumericTypeError, NumericValueError
from numeric.nn.parameter import Parameter, clear_gradient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numeric.tensor import Tensor


class RegistrationError(NumericError, KeyError):
    """A name under which nothing can be registered; choose a new one, not empty, without a dot."""

    def __str__(self) -> str:
        """Give the message itself: `KeyError` would show it in quotation marks."""
        return str(self.args[0])


class UninitializedModuleError(NumericError, AttributeError):
    """A parameter or module was assigned before ``super().__init__()`` had made room for it."""


class ForwardMissingError(NumericError, NotImplementedError):
    """A module was called whose class defines no ``forward``."""


class IncompatibleKeys(NamedTuple):
    """What `Module.load_state_dict` could not place."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        """Say so when every key found its place."""
        if not (self.missing_keys or self.unexpected_keys):
            return "<All keys matched successfully>"
        return f"IncompatibleKeys(missing_keys={self[0]}, unexpected_keys={self[1]})"


class Module:
    """A function with parameters; subclass it, call ``super().__init__()``, define ``forward``.

    An attribute that is a `Parameter` or a `Module` is registered under its name, and only what
    is registered is found by `parameters`: a tensor that merely requires grad, or a module kept
    in a list, is not.

    Attributes
    ----------
    training
        True after `train`, False after `eval`.
    """

    training: bool

    def __init__(self) -> None:
        # past __setattr__, which looks for them
        self.__dict__.update(_parameters={}, _modules={})
        self.training = True

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        """Apply ``forward``."""
        return self.forward(*inputs, **options)

    def forward(self, *inputs: Any, **options: Any) -> Any:
        """Compute the output; every subclass defines it."""
        count = len(inputs) + len(options)
        raise ForwardMissingError(f"{type(self).__name__} got {count} inputs but has no forward; define one")

    # Registration

    def __setattr__(self, name: str, value: object) -> None:
        if isinstance(value, Parameter):
            self._forget(name, "_parameters")
            self.register_parameter(name, value)
        elif isinstance(value, Module):
            self._forget(name, "_modules")
            self.register_module(name, value)
        elif name in self.__dict__.get("_parameters", {}):
            self.register_parameter(name, value)
        elif name in self.__dict__.get("_modules", {}):
            self.register_module(name, value)
        else:
            super().__setattr__(name, value)

    def _forget(self, name: str, registry: str) -> None:
        """Take a name out of every place but the registry it is about to enter."""
        if registry not in self.__dict__:
            raise UninitializedModuleError(
                f"{type(self).__name__}.{name} was assigned before Module.__init__(); call super().__init__() first"
            )
        for place in (self.__dict__, self._parameters, self._modules):
            if place is not self.__dict__[registry]:
                place.pop(name, None)

    def __getattr__(self, name: str) -> Any:
        for registry in ("_parameters", "_modules"):
            registered = self.__dict__.get(registry, {})
            if name in registered:
                return registered[name]
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __delattr__(self, name: str) -> None:
        for registered in (self._parameters, self._modules):
            if name in registered:
                del registered[name]
                return
        super().__delattr__(name)

    def __dir__(self) -> list[str]:
        names = [*super().__dir__(), *self._parameters, *self._modules]
        return [name for name in names if name.isidentifier()]

    def register_parameter(self, name: str, parameter: object) -> None:
        """Make a parameter reachable as an attribute and by `parameters`.

        Parameters
        ----------
        name
            New, not empty, without a dot.
        parameter
            A leaf; None keeps the name free of a parameter.

        Raises
        ------
        RegistrationError
            If the name is taken, empty or has a dot.
        NumericTypeError
            If it is neither a parameter nor None.
        NumericValueError
            If it is the result of an operation, so that its gradient would not be kept.
        """
        self._check_name(name, self._parameters)
        if parameter is not None and not isinstance(parameter, Parameter):
            raise NumericTypeError(f"parameter {name!r} got a {type(parameter).__name__}; give an nn.Parameter or None")
        if parameter is not None and parameter.grad_fn is not None:
            raise NumericValueError(
                f"parameter {name!r} got a tensor with grad_fn={parameter.grad_fn.name()}; give a "
                "leaf and compute in forward()"
            )
        self._parameters[name] = parameter

    def register_module(self, name: str, module: object) -> None:
        """Make a module reachable as an attribute and by `children`; errors as for parameters."""
        self._check_name(name, self._modules)
        if module is not None and not isinstance(module, Module):
            raise NumericTypeError(f"module {name!r} got a {type(module).__name__}; give an nn.Module or None")
        self._modules[name] = module

    add_module = register_module

    def _check_name(self, name: str, registered: Mapping[str, object]) -> None:
        if not isinstance(name, str):
            raise NumericTypeError(f"a name in a module got {name!r}; give a string")
        if name == "" or "." in name:
            raise RegistrationError(f"a name in a module got {name!r}; give one without a dot")
        if name not in registered and hasattr(self, name):
            raise RegistrationError(f"{type(self).__name__} already has {name!r}; give a new name")

    # The tree

    def named_modules(self, memo: set[Module] | None = None, prefix: str = "") -> Iterator[tuple[str, Module]]:
        """Yield every module of the tree once, this one first, with its dotted name."""
        memo = set() if memo is None else memo
        if self in memo:
            return
        memo.add(self)
        yield prefix, self
        for name, module in self.named_children():
            yield from module.named_modules(memo, f"{prefix}.{name}" if prefix else name)

    def modules(self) -> Iterator[Module]:
        """Yield every module of the tree once, this one first."""
        return (module for _, module in self.named_modules())

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """Yield the modules registered here, with their names."""
        return ((name, module) for name, module in self._modules.items() if module is not None)

    def children(self) -> Iterator[Module]:
        """Yield the modules registered here."""
        return (module for _, module in self.named_children())

    def named_parameters(self, prefix: str = "", recurse: bool = True) -> Iterator[tuple[str, Parameter]]:
        """Yield every parameter of the tree once, with its dotted name.

        Parameters
        ----------
        prefix
            Written before each name, with a dot.
        recurse
            False for the parameters registered here alone.
        """
        seen: set[int] = set()
        modules = self.named_modules(prefix=prefix) if recurse else iter([(prefix, self)])
        for module_name, module in modules:
            for name, parameter in module._parameters.items():  # noqa: SLF001  another Module's
                if parameter is not None and id(parameter) not in seen:
                    seen.add(id(parameter))
                    yield f"{module_name}.{name}" if module_name else name, parameter

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """Yield every parameter of the tree once; see `named_parameters`."""
        return (parameter for _, parameter in self.named_parameters(recurse=recurse))

    def apply(self, function: Callable[[Module], object]) -> Self:
        """Call a function on every module, children first, for example to initialise them."""
        for module in self.children():
            module.apply(function)
        function(self)
        return self

    # What is done to all of it

    def train(self, mode: bool = True) -> Self:
        """Set `training` in every module."""
        if not isinstance(mode, bool):
            raise NumericValueError(f"train got mode={mode!r}; give True or False")
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        """Clear `training` in every module."""
        return self.train(mode=False)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Freeze (False) or unfreeze every parameter; a gradient already stored stays stored."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Drop every parameter's gradient, or fill it with zeros."""
        for parameter in self.parameters():
            clear_gradient(parameter, set_to_none=set_to_none)

    def state_dict(self) -> OrderedDict[str, Tensor]:
        """Give the parameters by name, detached, sharing memory with them."""
        state = ((name, parameter.detach()) for name, parameter in self._named_state())
        return OrderedDict(state)

    def _named_state(self) -> Iterator[tuple[str, Parameter]]:
        """Yield every parameter under each of its names: a shared one is saved under all."""
        for name, parameter in self._parameters.items():
            if parameter is not None:
                yield name, parameter
        for child_name, child in self.named_children():
            for name, parameter in child._named_state():  # noqa: SLF001  another Module's
                yield f"{child_name}.{name}", parameter

    def load_state_dict(self, state_dict: Mapping[str, Tensor], strict: bool = True) -> IncompatibleKeys:
        """Copy values into the parameters, by name.

        Parameters
        ----------
        state_dict
            As `state_dict` gives it: shapes must match.
        strict
            False to let names be missing or left over.

        Raises
        ------
        NumericRuntimeError
            If a shape differs, or (strict) a name is missing or left over; what fits is copied.
        """
        if not isinstance(state_dict, Mapping):
            kind = type(state_dict).__name__
            raise NumericTypeError(f"load_state_dict got a {kind}; give a mapping from names to tensors")
        own = dict(self._named_state())
        missing = [name for name in own if name not in state_dict]
        unexpected = [name for name in state_dict if name not in own]
        problems = [f"missing {name!r}" for name in missing if strict]
        problems += [f"unexpected {name!r}" for name in unexpected if strict]
        for name in (name for name in own if name in state_dict):
            given, wanted = tuple(state_dict[name].shape), tuple(own[name].shape)
            if given != wanted:
                problems.append(f"{name!r} has shape {given}, the module wants {wanted}")
                continue
            with no_grad():
                own[name].copy_(state_dict[name])
        if problems:
            raise NumericRuntimeError(
                f"load_state_dict of {type(self).__name__}: {'; '.join(sorted(problems))}. Give a "
                "state_dict of the same architecture, or strict=False for the names"
            )
        return IncompatibleKeys(missing, unexpected)

    # Text

    def extra_repr(self) -> str:
        """Give what ``repr`` shows between the parentheses."""
        return ""

    def __repr__(self) -> str:
        extra = self.extra_repr()
        lines = extra.split("\n") if extra else []
        children = [f"({name}): " + repr(module).replace("\n", "\n  ") for name, module in self._modules.items()]
        if len(lines) <= 1 and not children:
            return f"{type(self).__name__}({extra})"
        return f"{type(self).__name__}(\n  " + "\n  ".join([*lines, *children]) + "\n)"

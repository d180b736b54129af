"""Modules, their parameters and the layers that the notes and their chapters use, in PyTorch's names."""

from numeric.nn import functional, init
from numeric.nn.layers import Flatten, Linear, MSELoss, ReLU, Sequential, Sigmoid, Tanh
from numeric.nn.module import Module
from numeric.nn.parameter import Parameter

__all__ = [
    "Flatten",
    "Linear",
    "MSELoss",
    "Module",
    "Parameter",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "Tanh",
    "functional",
    "init",
]

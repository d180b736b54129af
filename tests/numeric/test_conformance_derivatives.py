"""Derivatives of every operation, at kinks too, and of derivatives, as PyTorch gives them (see conftest.py)."""

from __future__ import annotations

import pytest

PROGRAMS = {
    "a gradient of everything": """
x = torch.tensor([0.5, -1.5, 2.0], requires_grad=True)
A = torch.tensor([[1.0, -2.0, 3.0], [0.5, 4.0, -1.0]], requires_grad=True)
def g(y):
    x.grad = A.grad = None
    (y * torch.arange(1.0, y.numel() + 1).reshape(y.shape)).sum().backward()
    return x.grad, A.grad
g(x + A), g(A * x), g(x - A), g(A / x), g(x / A), g(3 - x), g(2 / x), g(x * x * x)  # ulps 4
g(x.abs() ** A), g(x ** 3), g(x ** 2), g(2 ** x), g(x ** 0), g((x * x) ** 0.5), g(-x), g(x.abs())  # ulps 8
g(x.exp()), g((x * x).log()), g((x * x).sqrt()), g(x.sin()), g(x.cos()), g(x.tanh())  # ulps 8
g(x.sigmoid()), g(x.relu())  # ulps 8
g(A.sum(0)), g(A.sum(1, keepdim=True)), g(A.mean(0)), g(A.mean()), g(A.sum((0, 1)))  # ulps 4
g(A.cumsum(0)), g(A.cumsum(1))  # ulps 4
g(A.T), g(A.reshape(3, 2)), g(A[0]), g(A[:, 1:]), g(A[[0, 0, 1]]), g(A[A > 0]), g(A[None])
g(x.expand(2, 3)), g(A[1, -1])
g(A.norm()), g(x.norm()), g(x.norm(1)), g(A.norm(dim=0)), g(A.norm(p=3, dim=1))  # ulps 8
g(x.norm(float('inf'))), g(A.norm(1, dim=1, keepdim=True))  # ulps 8
g(A @ x), g(torch.dot(x, x)), g(torch.mm(A, A.T)), g(x @ A.T), g(torch.outer(x, x)), g(A @ A.T @ A)  # ulps 8
g(x.max()), g(A.max(0).values), g(A.min(1)[0]), g(A.amax(0)), g(torch.maximum(x, A))
g(torch.minimum(x, A)), g(x.clamp(0, 1))
g(torch.cat((A, A * 2))), g(torch.stack((x, 2 * x))), g(torch.where(A > 0, x, A)), g(A.flatten())
g(A.permute(1, 0)), g(A.unsqueeze(1))
g(x.prod()), g(A.prod(1)), g(x.clone()), g(x.double()), g(torch.square(A))  # ulps 16
g(x.reciprocal()), g(A.var(1)), g(A.std())  # ulps 16
g(x.detach() * x), g(x.sign()), g(torch.zeros(3) * x), g(x.reshape(3, 1) * x)
""",
    "kinks and singular points": """
def g(f, *values):
    x = torch.tensor(values, requires_grad=True)
    f(x).sum().backward()
    return x.grad
nan, inf = float('nan'), float('inf')
g(torch.abs, 0.0, -0.0, nan, -inf), g(torch.relu, 0.0, -0.0, nan), g(torch.sqrt, 0.0, 4.0)
g(torch.log, 0.0, -1.0)
g(torch.norm, 0.0, 0.0), g(lambda x: x.norm(1), 0.0, 1.0), g(torch.norm, nan, 1.0), g(torch.norm, inf, 1.0)
g(lambda x: x ** 0, 0.0, 1.0), g(lambda x: x ** 1, 0.0, 1.0), g(lambda x: x ** 2, 0.0, -1.0)
g(lambda x: x ** 0.5, 0.0, 4.0), g(lambda x: x ** -1, 0.0, 2.0)
g(lambda x: 0 ** x, 0.0, 1.0, 2.0), g(lambda x: x ** x, 0.0, 1.0)
g(lambda x: torch.tensor(0.0) ** x, 0.0, 1.0), g(lambda x: (-2.0) ** x, 2.0)
g(torch.max, 2.0, 2.0, 1.0), g(lambda x: x.amax(), 2.0, 2.0, 1.0)
g(lambda x: x.max(0).values, 2.0, 2.0), g(torch.min, 1.0, 1.0)
g(lambda x: torch.maximum(x, torch.ones(2)), 1.0, 2.0), g(lambda x: torch.minimum(x, torch.ones(2)), 1.0, 2.0)
g(lambda x: x.clamp(0, 1), 0.0, 1.0, 2.0, -1.0, nan), g(torch.sign, 0.0, 2.0)
g(lambda x: x / 0, 1.0, 0.0), g(lambda x: 1 / x, 0.0, 2.0)
g(lambda x: x.prod(), 0.0, 2.0, 3.0), g(lambda x: x.prod(), 0.0, 0.0, 3.0)
g(lambda x: torch.where(x > 0, x.log(), x), 0.0, 1.0)
g(lambda x: x.norm(float('inf')), 3.0, -3.0), g(lambda x: x.norm(3), 0.0, 0.0)
g(lambda x: x.norm(0.5), 1.0, 4.0)
g(lambda x: x.norm(0), 1.0, 0.0)
""",
    "gradients of gradients": """
x = torch.tensor(2.0, requires_grad=True)
y = x ** 3
g, = torch.autograd.grad(y, x, create_graph=True)
g.requires_grad, g.item()
h, = torch.autograd.grad(g, x, create_graph=True)
t, = torch.autograd.grad(h, x)
h.item(), t
v = torch.tensor([1.0, -2.0, 0.5], requires_grad=True)
def hvp(f, n=2):
    out = f(v)
    for _ in range(n):
        out, = torch.autograd.grad((out * torch.tensor([1.0, 2.0, 3.0])).sum(), v, create_graph=True)
    return out.detach()
hvp(lambda v: v * v * v), hvp(lambda v: v.exp()), hvp(lambda v: 1 / v)  # ulps 8
hvp(lambda v: v.norm()), hvp(lambda v: v * v.sum())  # ulps 8
hvp(lambda v: v.sin() * v.cos()), hvp(lambda v: v.tanh()), hvp(lambda v: v.sigmoid())  # ulps 32
hvp(lambda v: v.abs() ** 2.5), hvp(lambda v: (v * v).sqrt())  # ulps 32
hvp(lambda v: (v * v).log()), hvp(lambda v: torch.outer(v, v) @ v)  # ulps 16
hvp(lambda v: (v * v).cumsum(0)), hvp(lambda v: v.dot(v) ** 2)  # ulps 16
hvp(lambda v: v.reshape(3, 1).mm(v.reshape(1, 3)).sum(0))  # ulps 16
hvp(lambda v: (v * v)[[0, 1, 0]]), hvp(lambda v: (v * v).mean() * v)  # ulps 16
hvp(lambda v: v ** 4, 3)  # ulps 16
(v * v).sum().backward(create_graph=True)
v.grad.requires_grad, v.grad.is_leaf
v.grad.detach()
(v.grad ** 2).sum().backward()
v.grad = v.grad.detach()
v.grad
""",
    "functions of functions": """
from math import pi
f = lambda x: (x ** 2).sum()
x = torch.tensor([1.0, 2.0, 3.0])
torch.func.grad(f)(x)
torch.func.grad(lambda x, y: (x * y).sum(), argnums=1)(x, x + 1)
torch.func.grad(lambda x, y: (x * y).sum(), argnums=(0, 1))(x, x + 1)
torch.func.grad_and_value(f)(x)
torch.func.grad(lambda x: x)(x)
torch.func.grad(torch.func.grad(lambda t: t ** 3))(torch.tensor(2.0))
out, pullback = torch.func.vjp(lambda x: x * x, x)
out, pullback(torch.ones(3))
torch.func.vjp(lambda x, y: (x * y).sum(), x, x)[1](torch.tensor(1.0))
torch.func.jvp(lambda x: x * x, (x,), (torch.ones(3),))
torch.func.jvp(lambda x, y: x * y, (x, x), (torch.ones(3), torch.zeros(3)))
torch.func.jacrev(lambda x: x * x)(x), torch.func.jacfwd(lambda x: x * x)(x)
torch.func.hessian(lambda x: (x ** 3).sum())(x)
torch.func.jacrev(lambda x: x.sum())(x), torch.func.jacfwd(lambda x: torch.stack((x, x)))(x).shape
torch.autograd.functional.jacobian(lambda x: x * x, x), torch.autograd.functional.hessian(f, x)
x.requires_grad, torch.func.grad(f)(x).requires_grad
torch.func.jvp(torch.sin, (torch.tensor(0.0),), (torch.tensor(1.0),))
torch.func.jvp(f, (x,), (torch.ones(2),))
""",
    "functions written by hand": """
class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x ** 3
    @staticmethod
    def backward(ctx, out_bar):
        x, = ctx.saved_tensors
        return out_bar * 3 * x ** 2
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = Cube.apply(x)
y.requires_grad
y
y.sum().backward()
x.grad
y = y.detach()
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_on(differences, name):
    assert differences(PROGRAMS[name]) == []

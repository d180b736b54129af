"""Gradients: what is recorded, what accumulates, what raises, as PyTorch has it (see conftest.py)."""

from __future__ import annotations

import pytest

PROGRAMS = {
    "a first gradient": """
x = torch.arange(4.0)
x.requires_grad_(True)
x.grad
y = 2 * torch.dot(x, x)
y
y.backward()
x.grad
x.grad == 4 * x
x.grad.zero_()
y = x.sum()
y.backward()
x.grad
x.grad.requires_grad, x.grad.is_leaf
y.requires_grad, y.is_leaf, x.is_leaf, y.grad_fn is None, x.grad_fn
y.grad
torch.ones(2).backward()
torch.ones(1).grad
""",
    "gradients accumulate": """
x = torch.tensor([1.0, 2.0], requires_grad=True)
(x * x).sum().backward()
g = x.grad
(3 * x).sum().backward()
x.grad
x.grad is g
x.grad = None
x.sum().backward()
x.grad
x.grad = torch.ones(2)
x.sum().backward()
x.grad
x.grad = torch.ones(3)
x.grad = 1.0
x.grad = torch.ones(2, dtype=torch.float64)
y = x * 2 + x * 3 + x
y.sum().backward()
x.grad
del x.grad
x.grad
""",
    "only scalars are differentiated without a gradient": """
x = torch.arange(3.0, requires_grad=True)
y = x * x
y.backward()
y.backward(torch.ones(3))
x.grad
(x * x).backward(gradient=torch.tensor([1.0, 0.0, 2.0]))
x.grad
(x * x).backward(torch.ones(2))
(x * x).backward(torch.ones(3, dtype=torch.float64))
(x * x).backward(torch.tensor(1.0))
(x * x).sum().backward(torch.tensor(3.0))
x.grad
(x[:1] * 2).backward()
x.grad
(x * x).backward(1.0)
torch.zeros(0, requires_grad=True).sum().backward()
""",
    "twice through one graph": """
x = torch.tensor(3.0, requires_grad=True)
y = x ** 2
y.backward(retain_graph=True)
y.backward()
x.grad
y.backward()
z = x + 1
z.backward()
z.backward()
x.grad
w = x.exp()  # ulps 2
w.backward()
w.backward()
s = x * x
a = s * 2
b = s * 3
a.backward()
b.backward()
""",
    "detached and not recorded": """
x = torch.arange(4.0, requires_grad=True)
y = x * x
u = y.detach()
z = u * x
z.sum().backward()
x.grad == u
x.grad.zero_()
y.sum().backward()
x.grad == 2 * x
u.requires_grad, u.is_leaf, u.grad_fn
u.backward()
with torch.no_grad():
    n = x * 2
    x.requires_grad
n.requires_grad
with torch.no_grad():
    with torch.enable_grad():
        m = x * 2
m.requires_grad
torch.is_grad_enabled()
with torch.set_grad_enabled(False):
    k = x + 1
    torch.is_grad_enabled()
k
@torch.no_grad()
def f(x):
    return x * 2
f(x)
v = x.detach().requires_grad_()
(v * 2).sum().backward()
v.grad, x.grad
x.data, x.data.requires_grad
y = x * 2
y.detach_()
y
y.requires_grad_()
x.clone(), x.detach().clone()
x[0].detach_()
""",
    "leaves and flags": """
x = torch.ones(2)
x.requires_grad_()
x.requires_grad_(False)
x.requires_grad = True
x
torch.arange(3).requires_grad_()
torch.arange(3).requires_grad_(False)
y = x * 2
y.requires_grad = False
y.requires_grad_(False)
y.requires_grad_(True)
y.retain_grad()
y.sum().backward()
y.grad, y.retains_grad, x.retains_grad
x.retain_grad()
torch.ones(2).retain_grad()
x.is_leaf, y.is_leaf, torch.ones(2).is_leaf, (torch.ones(2) + 1).is_leaf
(x > 0).requires_grad, x.argmax().requires_grad, x.long().requires_grad, x.double().requires_grad
torch.tensor(x.detach()).requires_grad, x.numel()
""",
    "changes in place": """
x = torch.ones(3, requires_grad=True)
x += 1
x.add_(1)
x[0] = 5
x.zero_()
x.detach().add_(1)
x
with torch.no_grad():
    x += 1
    x[0] = 7
x, x.requires_grad, x.is_leaf
y = x * 2
y += 1
y
y.sum().backward()
x.grad
y = x.exp()  # ulps 2
y += 1
y.sum().backward()
y = x * x
with torch.no_grad():
    x += 1
y.sum().backward()
z = x * 2
z[0] = 100
z[1:] *= 3
z
x.grad = None
z.sum().backward()
x.grad
w = torch.zeros(3)
w[1] = x[2] * 5
w
x.grad = None
w.sum().backward()
x.grad
w[:] = x
w.requires_grad
v = torch.zeros(2, 2)
v[0] = x[:2]
v[:, 1] = x[1:]
x.grad = None
(v * torch.tensor([[1.0, 2.0], [3.0, 4.0]])).sum().backward()
x.grad
a = x * 1
b = a[0]
b *= 10
a
x.grad = None
a.sum().backward()
x.grad
c = x * 1
d = c.view(3, 1)
c += 5
d.detach()
x.grad = None
(d * d).sum().backward()
x.grad
e = (x * 1)[:2]
e.mul_(x[1:]).detach()
x.grad = None
e.sum().backward()
x.grad
b, d, e = b.detach(), d.detach(), e.detach()
x.view(-1)[0] = 1
x[:2].add_(1)
p = x.data
p.zero_()
x
q = x * x
x.data.add_(1)
x.grad = None
q.sum().backward()
x.grad
r = x * 2
r.zero_()
x.grad = None
r.sum().backward()
x.grad
s = x * 2
s.copy_(x * x)
x.grad = None
s.sum().backward()
x.grad
t = x * 2
t.fill_(3).detach()
t.requires_grad
m = x.sigmoid()
m.mul_(2)
m.sum().backward()
t, w = t.detach(), w.detach()
""",
    "names of the graph's nodes": """
x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
A = torch.ones(2, 3, requires_grad=True)
x + 1, x - 1, 1 - x, x * 2, x / 2, 2 / x, -x, x ** 2, 2 ** x  # ulps 1
x ** x, x.exp(), x.log(), x.sqrt(), x.abs(), x.sin(), x.cos(), x.tanh(), x.sigmoid(), x.relu()  # ulps 2
x.sum(), x.mean(), A.sum(0), A.mean(1), A.sum((0, 1)), x.cumsum(0), x.prod(), x.max(), x.min()
x.max(0), A.amax(1), torch.maximum(x, x * 2), torch.minimum(x, x * 2)
x.norm(), x.norm(1), A.norm(dim=1), torch.linalg.norm(A)  # ulps 1
torch.dot(x, x), torch.mv(A, x), torch.mm(A, A.T), A @ x, A @ A.T, x @ x, x @ A.T
A.T, A.t(), A.transpose(0, 1), A.permute(1, 0), A.mT
x[0], x[1:], x[None], x[[0, 1]], x[x > 1], A[0, 1], A[:, 1]
x.reshape(3, 1), x.view(3, 1), A.T.reshape(6), A.flatten(), x.unsqueeze(0), x.unsqueeze(0).squeeze()
x.expand(2, 3), A.squeeze(0)
x.clone(), x.double(), torch.cat((x, x)), torch.stack((x, x)), torch.where(x > 1, x, 0.0)
x.clamp(0, 2), torch.square(x)
x.to(torch.float64), x.float() is x, torch.outer(x, x), x.sign(), x.sum() * 2, x.reshape(3) is x
y = x * 2
y += 1
y
y[0] = 1
y
y.zero_()
y.relu(), torch.zeros_like(y), y.detach()
""",
    "gradients as a function": """
x = torch.tensor([1.0, 2.0], requires_grad=True)
w = torch.tensor(3.0, requires_grad=True)
y = (w * x * x).sum()
torch.autograd.grad(y, x, retain_graph=True)
torch.autograd.grad(y, [x, w])
x.grad, w.grad
torch.autograd.grad(y, x)
torch.autograd.grad(x * 2, x)
torch.autograd.grad(x * 2, x, grad_outputs=torch.tensor([1.0, 5.0]))
torch.autograd.grad((x * 2, x * x), x, (torch.ones(2), torch.ones(2)))
torch.autograd.grad(x.sum(), w)
torch.autograd.grad(x.sum(), w, allow_unused=True), torch.autograd.grad(x.sum(), (x, w), allow_unused=True)
torch.autograd.grad(x.sum(), w, materialize_grads=True)
torch.autograd.grad(torch.ones(1), x)
torch.autograd.grad(x.sum(), torch.ones(2))
torch.autograd.grad(y, y)
h = x * 2
z = (h * h).sum()
torch.autograd.grad(z, h, retain_graph=True), torch.autograd.grad(z, x)
torch.autograd.backward((x * x).sum())
torch.autograd.backward([x.sum(), (x * w).sum()])
torch.autograd.backward(x * 2, torch.ones(2))
x.grad, w.grad
x.grad = None
(x * w).sum().backward(inputs=[x])
x.grad, w.grad
(x * w).sum().backward(inputs=x)
x.grad
""",
    "hooks": """
x = torch.ones(2, requires_grad=True)
h = x.register_hook(lambda g: g * 10)
(x * 2).sum().backward()
x.grad
h.remove()
(x * 2).sum().backward()
x.grad
seen = []
y = x * 3
handle = y.register_hook(seen.append)
y.sum().backward()
seen[0]
torch.ones(2).register_hook(print)
""",
    "control flow": """
def f(a):
    b = a * 2
    while b.norm() < 1000:
        b = b * 2
    if b.sum() > 0:
        c = b
    else:
        c = 100 * b
    return c
def run(value):
    a = torch.tensor(value, requires_grad=True)
    d = f(a)
    d.backward()
    return d, a.grad, a.grad == d / a
run(1.0), run(-1.0), run(0.1), run(-0.3), run(1e-30), run(3e38), run(float('nan'))
run(float('inf')), run(float('-inf')), run(-1e-42)
a = torch.tensor([0.5, -0.25], requires_grad=True)
d = f(a)
d.backward()
d.sum().backward()
a.grad, a.grad == d / a
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_on(differences, name):
    assert differences(PROGRAMS[name]) == []

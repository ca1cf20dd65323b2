"""PyTorch on the CPU, in eager mode: `WORK.json BUDGET [FORM]`, and one line of JSON with what was measured."""

import json
import math
import statistics
import sys
import time

import torch
import torch.nn.functional as F

CHECKED_STEPS = 3
SAMPLE_MS = 0.2


def load(path):
    with open(path) as file:
        problem = json.load(file)
    with open(path + ".bin", "rb") as file:
        data = bytearray(file.read())
    tensors, offset = {}, 0
    for array in problem["arrays"]:
        dtype = torch.int32 if array["dtype"] == "int32" else torch.float32
        count = math.prod(array["shape"])
        flat = torch.frombuffer(data, dtype=dtype, count=count, offset=offset).clone()
        tensors[array["name"]] = flat.reshape(array["shape"])
        offset += 4 * count
    return problem["kind"], problem["hyper"], tensors


def fingerprint(x):
    size = x.detach().double().flatten().abs()
    weight = (torch.arange(size.numel()) * 7919) % 1009
    return [size.mean().item(), (size * weight).mean().item() / 504]


class Training:
    def __init__(self, loss, parameters, optimizer):
        self.loss, self.last = loss, 0.0
        for p in parameters:
            p.requires_grad_()
        self.optimizer = optimizer(parameters)

    def step(self):
        self.optimizer.zero_grad()
        loss = self.loss()
        loss.backward()
        self.optimizer.step()
        self.last = loss.item()

    def result(self):
        return [self.last]


class Calling:
    def __init__(self, f):
        self.f, self.outputs = f, []

    def step(self):
        self.outputs = self.f()

    def result(self):
        return [number for y in self.outputs for number in fingerprint(y)]


def sgd(h):
    return lambda parameters: torch.optim.SGD(parameters, lr=h["lr"])


def adam(h):
    betas = (h["beta1"], h["beta2"])
    if "weightDecay" in h:
        return lambda p: torch.optim.AdamW(p, lr=h["lr"], betas=betas, eps=h["eps"], weight_decay=h["weightDecay"])
    return lambda p: torch.optim.Adam(p, lr=h["lr"], betas=betas, eps=h["eps"])


def parameters(t, *inputs):
    return [p for name, p in t.items() if name not in inputs]


def causal_attention(q, k, v):
    """Written out where torch is older than 2.0, which brought the function."""
    if hasattr(F, "scaled_dot_product_attention"):
        return F.scaled_dot_product_attention(q, k, v, is_causal=True)
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    later = torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1)
    return torch.softmax(scores.masked_fill(later, -math.inf), -1) @ v


def gpt_loss(t, h):
    tokens, targets = t["tokens"].long(), t["targets"].long()
    n, steps = tokens.shape
    width, heads = t["tokenEmbedding"].shape[1], h["heads"]

    def norm(x, name):
        return F.layer_norm(x, (width,), t[name + ".weight"], t[name + ".bias"], h["normEps"])

    def linear(x, name):
        return x @ t[name + ".weight"] + t[name + ".bias"]

    x = F.embedding(tokens, t["tokenEmbedding"]) + t["positionEmbedding"]
    for i in range(h["blocks"]):
        name = f"blocks.{i}"
        parts = linear(norm(x, name + ".norm1"), name + ".qkv").split(width, dim=2)
        q, k, v = (part.view(n, steps, heads, width // heads).transpose(1, 2) for part in parts)
        mixed = causal_attention(q, k, v)
        x = x + linear(mixed.transpose(1, 2).reshape(n, steps, width), name + ".out")
        up = F.gelu(linear(norm(x, name + ".norm2"), name + ".up"), approximate="tanh")
        x = x + linear(up, name + ".down")
    z = norm(x, "norm") @ t["head"]
    return F.cross_entropy(z.reshape(n * steps, -1), targets.reshape(-1))


def prepare(kind, h, t):
    if kind == "logistic":
        loss = lambda: F.binary_cross_entropy_with_logits(t["x"] @ t["w"] + t["b"], t["y"])
        return Training(loss, parameters(t, "x", "y"), sgd(h))
    if kind == "xor":
        hidden = lambda: torch.tanh(t["x"] @ t["w1"] + t["b1"])
        loss = lambda: F.binary_cross_entropy_with_logits(hidden() @ t["w2"] + t["b2"], t["y"])
        return Training(loss, parameters(t, "x", "y"), sgd(h))
    if kind == "mlp":
        target = t["y"].long()
        layer = lambda x, i: x @ t[f"w{i}"] + t[f"b{i}"]
        loss = lambda: F.cross_entropy(layer(F.relu(layer(F.relu(layer(t["x"], 1)), 2)), 3), target)
        return Training(loss, parameters(t, "x", "y"), adam(h))
    if kind == "cnn":
        target = t["y"].long()
        layer = lambda x, i: F.max_pool2d(F.relu(F.conv2d(x, t[f"k{i}"], t[f"b{i}"], padding=1)), 2)
        loss = lambda: F.cross_entropy(layer(layer(t["x"], 1), 2).flatten(1) @ t["w"] + t["b"], target)
        return Training(loss, parameters(t, "x", "y"), adam(h))
    if kind == "gpt":
        return Training(lambda: gpt_loss(t, h), parameters(t, "tokens", "targets"), adam(h))
    if kind == "matmul":
        return Calling(lambda: [t["a"] @ t["b"]])
    if kind == "sum":
        return Calling(lambda: [t["x"].sum() if h["dim"] is None else t["x"].sum(h["dim"])])
    if kind == "gelu":
        x = t["x"].requires_grad_()
        c = math.sqrt(2 / math.pi)
        f = lambda: 0.5 * x * (1 + torch.tanh(c * (x + 0.044715 * x * x * x)))
        return Calling(lambda: pull(f(), [x], torch.ones_like(x)))
    if kind == "softmax":
        x = t["x"].requires_grad_()
        return Calling(lambda: pull(torch.softmax(x, -1), [x], t["cotangent"]))
    if kind == "layerNorm":
        inputs = [t[name].requires_grad_() for name in ("x", "weight", "bias")]
        f = lambda: F.layer_norm(inputs[0], (inputs[0].shape[1],), inputs[1], inputs[2], h["eps"])
        return Calling(lambda: pull(f(), inputs, t["cotangent"]))
    raise NotImplementedError(f"no such work: {kind}")


def pull(y, inputs, cotangent):
    return [y, *torch.autograd.grad(y, inputs, cotangent)]


def sample(prepared, steps):
    start = time.perf_counter()
    for _ in range(steps):
        prepared.step()
    return (time.perf_counter() - start) * 1000 / steps


def measure(prepared, budget):
    first = [sample(prepared, 1) for _ in range(CHECKED_STEPS)]
    result = prepared.result()
    steps = max(1, round(SAMPLE_MS / min(first)))
    start = time.perf_counter()
    while (time.perf_counter() - start) * 1000 < budget / 3:
        sample(prepared, steps)
    samples, start = [], time.perf_counter()
    while not samples or (time.perf_counter() - start) * 1000 < budget:
        samples.append(sample(prepared, steps))
    median = statistics.median(samples)
    return {"medianMs": median, "minMs": min(samples), "overheadMs": first[0] - median, "result": result}


def main(path, budget, only):
    measured = []
    for threads in sorted({torch.get_num_threads(), 1}, reverse=True):
        form = f"torch {torch.__version__}, threads: {threads}"
        if only in ("", form):
            torch.set_num_threads(threads)
            measured.append({"form": form, **measure(prepare(*load(path)), float(budget))})
    print(json.dumps({"measured": measured, "failed": {}}))


main(*sys.argv[1:4])

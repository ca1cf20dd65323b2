import {
  compile,
  explain,
  grad,
  ones,
  Parameter,
  stack,
  type Tensor,
  tensor,
  vjp,
  zeros,
} from "@chainrule/core";
import { bceWithLogits, conv2d, layerNorm, linear, maxPool2d } from "@chainrule/nn";
import { Adam, type Optimizer, SGD } from "@chainrule/optim";
import { describe, expect, test } from "vitest";
import { given } from "./given.ts";

/** The kinds of kernels in the text of an explanation, in order; a nest with the loops that it has. */
function kernels(text: string): string {
  const lines = (text.split("\nkernels\n")[1] as string).split("\n");
  const found: { kind: string; loops: number }[] = [];
  for (const line of lines) {
    const kind = /^\d+: (\w+)/.exec(line)?.[1];
    if (kind) found.push({ kind, loops: 0 });
    else if (/^ {2}for /.test(line)) (found.at(-1) as { loops: number }).loops++;
  }
  return found.map(({ kind, loops }) => (kind === "nest" ? `nest of ${loops}` : kind)).join(", ");
}

const x = given(64, 32);

describe("the kernels of", () => {
  test("linear + bias + relu", () => {
    expect(kernels(explain(linear(x, given(48, 32), given(48)).relu()))).toMatchInlineSnapshot(
      `"gemm, nest of 1"`,
    );
  });

  test("many tensors joined: copies, where a few are a formula", () => {
    const stacked = (n: number) => stack(Array.from({ length: n }, (_, i) => x.mul(i))).exp();
    expect(kernels(explain(stacked(8)))).toMatchInlineSnapshot(`"nest of 1"`);
    expect(kernels(explain(stacked(9)))).toMatchInlineSnapshot(`"nest of 1, concat, nest of 1"`);
  });

  test("softmax", () => {
    expect(kernels(explain(x.softmax(1)))).toMatchInlineSnapshot(`"nest of 3"`);
  });

  test("logSoftmax", () => {
    expect(kernels(explain(x.logSoftmax(1)))).toMatchInlineSnapshot(`"nest of 4"`);
  });

  test("layer norm", () => {
    expect(
      kernels(explain(layerNorm(x, [32], { weight: given(32), bias: given(32) }))),
    ).toMatchInlineSnapshot(`"nest of 4"`);
  });

  test("layer norm with its gradients", () => {
    const gradients = grad(
      (x: Tensor, w: Tensor, b: Tensor) => layerNorm(x, [32], { weight: w, bias: b }).square().sum(),
      {
        argnums: [0, 1, 2],
      },
    )(x, given(32), given(32));
    expect(kernels(explain(...gradients))).toMatchInlineSnapshot(`"nest of 2, nest of 6"`);
  });
});

/** The scratch memory of an explanation, in elements of float32. */
const scratch = (text: string): number => Number(/(\d+) bytes of scratch/.exec(text)?.[1]) / 4;

test("the chain rule's product is plain by numbers, and a choice by truth values", () => {
  const slope = grad((x: Tensor) => x.mul(3).relu().div(7).clamp(0, 1).sum());
  const ops = [...explain(slope(x)).matchAll(/^%\d+ = (\w+)/gm)].map(([, op]) => op);
  expect(ops).toContain("keepWhere");
  expect(ops).toContain("mul");
});

test("what only its own row reads has memory for one row", () => {
  const needed = (n: number) => {
    const [y, pull] = vjp((v: Tensor) => v.softmax(1).mul(v).logSoftmax(1), given(n, 32));
    return scratch(explain(y, ...pull(given(n, 32))));
  };
  expect(needed(1000)).toBe(needed(10));
});

describe("a convolution", () => {
  const images = given(8, 16, 16, 16);
  const weight = given(6, 16, 3, 3);
  const text = explain(
    ...grad((x: Tensor, w: Tensor) => conv2d(x, w, null, { padding: 1 }).square().sum(), { argnums: [0, 1] })(
      images,
      weight,
    ),
  );

  test("is a product, and so are its gradients; only the zeros around their operands are copied", () => {
    expect(kernels(text)).toMatchInlineSnapshot(
      `"nest of 1, nest of 1, gemm, nest of 1, nest of 1, gemm, nest of 1, gemm, nest of 1"`,
    );
  });

  test("needs no memory for its windows", () => {
    expect(scratch(text)).toBeLessThan(4 * images.size);
  });

  test("without padding copies nothing", () => {
    const y = conv2d(images, weight, null, { stride: 2 });
    expect(kernels(explain(y.relu()))).toBe("gemm, nest of 1");
  });
});

test("a max pool and its gradient are a nest of two loops, with whatever is elementwise around them", () => {
  const [, pull] = vjp((x: Tensor) => maxPool2d(x.mul(2).relu(), 2), given(4, 3, 8, 8));
  expect(kernels(explain(...pull(given(4, 3, 4, 4))))).toMatchInlineSnapshot(`"nest of 2"`);
});

/** A compiled step of logistic regression that was run once, explained. */
function explainStep(make: (parameters: Parameter[]) => Optimizer): string {
  const [w, b] = [new Parameter(zeros([32, 1])), new Parameter(zeros([1]))];
  const optimizer = make([w, b]);
  const step = compile((x: Tensor, y: Tensor) => {
    const loss = bceWithLogits(x.matmul(w).add(b), y);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss;
  });
  const y = given(64, 1).gt(0).to("float32");
  step(x, y);
  return explain(step, x, y);
}

describe("the kernels of a whole step of", () => {
  test("logistic regression with SGD", () => {
    expect(kernels(explainStep((p) => new SGD(p)))).toMatchInlineSnapshot(
      `"nest of 2, nest of 2, nest of 2, nest of 2"`,
    );
  });

  test("logistic regression with Adam", () => {
    expect(kernels(explainStep((p) => new Adam(p)))).toMatchInlineSnapshot(
      `"nest of 2, nest of 2, nest of 2, nest of 2"`,
    );
  });

  test("Adam's update of two parameters", () => {
    const parameters = [new Parameter(zeros([32, 1])), new Parameter(zeros([1]))];
    const optimizer = new Adam(parameters);
    for (const p of parameters) p.grad = ones(p.shape);
    const step = compile(() => optimizer.step());
    step();
    expect(kernels(explain(step))).toMatchInlineSnapshot(`"nest of 2"`);
  });
});

describe("an explanation", () => {
  test("is the graph, the kernels and the memory", () => {
    const w = tensor([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    expect(explain(linear(tensor([[1, 2]]), w, tensor([1, 2, 3])).sigmoid())).toMatchInlineSnapshot(`
      "graph
      %0 = input float32[1, 2]
      %1 = input float32[3, 2]
      %2 = permute(%1, dims=[1,0]) float32[2, 3]
      %3 = contract(%0, %2, a="NK", b="KM", out="NM") float32[1, 3]
      %4 = input float32[3]
      %5 = expand(%4, shape=[1,3]) float32[1, 3]
      %6 = add(%3, %5) float32[1, 3]
      %7 = sigmoid(%6) float32[1, 3]
      → %7

      kernels
      0: nest for once:
        for i1×3:
          b3[i1] = 0
        for i0×2 i1×3:
          x0 = b0[i0]
          x1 = b1[2·i1 + i0]
          b3[i1] add= x0·x1
        for i0×3:
          x2 = b3[i0]
          x3 = b2[i0]
          t0 = x2 + x3
          t1 = max(−(|t0|), −132.5)
          t2 = round(t1·1.4426950408889634)
          t3 = (t1 − (t2·0.693145751953125)) − (t2·0.000001428606765330187)
          t4 = t3·t3
          t5 = ((1 + (t3 + (t4·((((0.00138389028·t4) + ((0.00836919248·t3) + 0.0416681021))·t4) + ((0.166665167·t3) + 0.49999994)))))·2^(t2 + 64))·(5.421010862427522e−20)
          t6 = [(t0 < 0) ? t5 : 1]
          b4[i0] = t6 − t6·t5/(1 + t5)

      memory
      b0: float32 × 2, input
      b1: float32 × 6, input
      b2: float32 × 3, input
      b3: float32 × 3, scratch at 0
      b4: float32 × 3, output
      48 bytes of scratch"
    `);
  });

  test("names what is worked out once for each row", () => {
    expect(
      explain(
        tensor([
          [1, 2, 3],
          [4, 5, 6],
        ]).softmax(1),
      ),
    ).toMatchInlineSnapshot(`
      "graph
      %0 = input float32[2, 3]
      %1 = amax(%0, dims=[1], keepdim=true) float32[2, 1]
      %2 = expand(%1, shape=[2,3]) float32[2, 3]
      %3 = sub(%0, %2) float32[2, 3]
      %4 = exp(%3) float32[2, 3]
      %5 = sum(%4, dims=[1], keepdim=true) float32[2, 1]
      %6 = expand(%5, shape=[2,3]) float32[2, 3]
      %7 = div(%4, %6) float32[2, 3]
      → %7

      kernels
      0: nest parallel for r0×2:
        for i0×3:
          x0 = b0[3·r0 + i0]
          s0 maximum= x0
        for i0×3:
          x0 = b0[3·r0 + i0]
          x1 = s0
          t0 = max(min(x0 − x1, 89), −176)
          t1 = round(t0·1.4426950408889634)
          t2 = (t0 − (t1·0.693145751953125)) − (t1·0.000001428606765330187)
          t3 = t2·t2
          t4 = ⌊(t1·0.5)⌋
          t5 = ((1 + (t2 + (t3·((((0.00138389028·t3) + ((0.00836919248·t2) + 0.0416681021))·t3) + ((0.166665167·t2) + 0.49999994)))))·2^t4)·2^(t1 − t4)
          b1[i0] = t5
          s1 add= t5
        for i0×3:
          x2 = b1[i0]
          x3 = s1
          b2[3·r0 + i0] = x2/x3

      memory
      b0: float32 × 6, input
      b1: float32 × 3, scratch at 0
      b2: float32 × 6, output
      48 bytes of scratch"
    `);
  });

  test("is the same for equal graphs", () => {
    expect(explain(x.mul(2).exp())).toBe(explain(x.mul(2).exp()));
  });

  test("wants a compiled function that was called, or tensors", () => {
    const f = compile((x: Tensor) => x.exp());
    expect(() => explain(f, x)).toThrow(/call it once before/);
    f(x);
    expect(explain(f, x)).toContain("exp");
    expect(() => explain(f, ones([2]))).toThrow(/call it once before/);
    expect(() => explain(3 as unknown as Tensor)).toThrow(/wants tensors/);
  });
});

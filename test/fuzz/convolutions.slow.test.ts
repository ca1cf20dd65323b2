import { compile, type DType, einsum, evaluate, type Shape, type Tensor, tensor, vjp } from "@chainrule/core";
import { makeInterpreter, withBackend } from "@chainrule/core/testing";
import { convTranspose1d, convTranspose2d, convTranspose3d } from "@chainrule/nn";
import { describe, expect, it } from "vitest";
import { drawn, stream } from "../conformance/draw.ts";
import { expectClose } from "../conformance/expect.ts";
import { check } from "./check.ts";
import { type Convolution, convolutions, convolve, operands, optionsOf } from "./convolutions.ts";

const settings = { seed: 5, numRuns: 120 };
const exact = makeInterpreter({ exact: true });
const tolerance = (dtype: DType) => (dtype === "float32" ? 1e-4 : 1e-12);

const transposed = (c: Convolution, y: Tensor, w: Tensor, sizes: Shape): Tensor => {
  const { stride, dilation, padding } = optionsOf(c);
  const outputPadding = c.along.map(({ size }, i) => {
    const least = ((y.shape[2 + i] as number) - 1) * stride[i]! - 2 * padding[i]! + dilation[i]! * (size - 1);
    return (sizes[2 + i] as number) - least - 1;
  });
  const by = [convTranspose1d, convTranspose2d, convTranspose3d][
    c.along.length - 1
  ] as typeof convTranspose1d;
  return by(y, w, null, { ...optionsOf(c), outputPadding });
};

/** The windows of x with what they are multiplied by named by letters, as convolutions are made. */
const windowsOf = (c: Convolution, x: Tensor): Tensor =>
  c.along.reduce(
    (t, { size, length: _, ...options }, i) => t.windows(3 + i, size, options),
    x.unflatten(1, [c.groups, c.into]),
  );
const letters = (c: Convolution) => ["xyz".slice(0, c.along.length), "uvw".slice(0, c.along.length)];

/** Its elements alone, without where they came from. */
const bare = (x: Tensor): Tensor => tensor(x.data(), { shape: x.shape, dtype: x.dtype });

const inner = (a: Tensor, b: Tensor): number => a.to("float64").mul(b.to("float64")).sum().item();

describe("convolutions of random strides, padding, dilation and groups", () => {
  it("are to the bit the products of windows that lie in memory, and so are their gradients by the kernels", () => {
    check(convolutions, settings, (c) => {
      const [x, w] = operands(c);
      const windows = bare(windowsOf(c, x));
      const kernels = w.unflatten(0, [c.groups, c.out]);
      const [places, elements] = letters(c);
      const y = convolve(c, x, w);
      const plain = einsum(`ngi${places}${elements},gmi${elements}->ngm${places}`, windows, kernels);
      expect(y.data()).toEqual(plain.flatten(1, 2).data());
      const ȳ = bare(plain);
      const [, pull] = vjp((v: Tensor) => convolve(c, x, v), w);
      const w̄ = einsum(`ngi${places}${elements},ngm${places}->gmi${elements}`, windows, ȳ);
      expect((pull(ȳ.flatten(1, 2))[0] as Tensor).data()).toEqual(w̄.flatten(0, 1).data());
    });
  });

  it("have the interpreter's values in double precision", () => {
    check(convolutions, settings, (c) => {
      const y = convolve(c, ...operands(c)).data();
      const truth = withBackend(exact, () => convolve(c, ...operands(c)).data());
      expectClose(y, truth, tolerance(c.dtype));
    });
  });

  it("have transposes for gradients: ⟨conv x, ȳ⟩ = ⟨x, x̄⟩ = ⟨w, w̄⟩, by reverse mode and by convTranspose", () => {
    check(convolutions, settings, (c) => {
      const [x, w] = operands(c);
      const [y, pull] = vjp((u: Tensor, v: Tensor) => convolve(c, u, v), x, w);
      const ȳ = drawn(stream(c.seed + 1), y.shape, c.dtype, [-1, 1]);
      const [x̄, w̄] = pull(ȳ) as [Tensor, Tensor];
      const expected = inner(y, ȳ);
      expectClose(
        [inner(x, x̄), inner(w, w̄), inner(x, transposed(c, ȳ, w, x.shape))],
        [expected, expected, expected],
        10 * tolerance(c.dtype) * Math.sqrt(y.size),
      );
    });
  });

  it("have second derivatives: ȳ·conv(ẋ, ẇ) is what the gradient in x changes by with w", () => {
    check(convolutions, { ...settings, numRuns: 40 }, (c) => {
      const [x, w] = operands({ ...c, dtype: "float64" });
      const [ẋ, ẇ] = operands({ ...c, dtype: "float64", seed: c.seed + 2 });
      const ȳ = drawn(stream(c.seed + 1), convolve(c, x, w).shape, "float64", [-1, 1]);
      const gradient = (v: Tensor) =>
        (vjp((u: Tensor) => convolve(c, u, v), x)[1](ȳ) as Tensor[])[0] as Tensor;
      const [, pull] = vjp(gradient, w);
      const mixed = pull(ẋ)[0] as Tensor;
      expectClose([inner(mixed, ẇ)], [inner(convolve(c, ẋ, ẇ), ȳ)], 1e-10 * Math.sqrt(ȳ.size));
    });
  });

  it("are the same, to the bit, compiled and not, from tensors that were read and that were not", () => {
    check(convolutions, { ...settings, numRuns: 40 }, (c) => {
      const [x, w] = operands(c);
      const ȳ = drawn(stream(c.seed + 1), convolve(c, x, w).shape, c.dtype, [-1, 1]);
      const all = (u: Tensor, v: Tensor, t: Tensor): Tensor[] => {
        const [y, pull] = vjp((a: Tensor, b: Tensor) => convolve(c, a, b).add(1), u, v);
        return [y, ...pull(t)];
      };
      const eager = all(x, w, ȳ);
      evaluate(...eager);
      const compiled = compile((u: Tensor, v: Tensor, t: Tensor) =>
        all(u.neg().neg(), v.mul(1), t.neg().neg()),
      );
      const moved = compile((u: Tensor, v: Tensor, t: Tensor) => all(u, v, t));
      for (const [k, t] of compiled(x, w, ȳ).entries()) expect(t.data()).toEqual(eager[k]?.data());
      for (const [k, t] of moved(x, w, ȳ).entries()) expect(t.data()).toEqual(eager[k]?.data());
    });
  });
});

describe("fold", () => {
  it("of a product is that of its elements", () => {
    check(convolutions, settings, (c) => {
      const [places, elements] = letters(c);
      const [x, w] = operands(c);
      const y = convolve(c, x, w).unflatten(1, [c.groups, c.out]);
      const product = einsum(
        `ngm${places},gmi${elements}->ngi${places}${elements}`,
        bare(y),
        w.unflatten(0, [c.groups, c.out]),
      );
      const folded = (t: Tensor) =>
        c.along.reduceRight((s, { size: _, length, ...options }, i) => s.fold(3 + i, length, options), t);
      expectClose(folded(product).data(), folded(bare(product)).data(), 100 * tolerance(c.dtype));
    });
  });
});

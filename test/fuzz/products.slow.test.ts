import { compile, einsum, evaluate, type Tensor } from "@chainrule/core";
import { makeInterpreter, withBackend } from "@chainrule/core/testing";
import { describe, expect, it } from "vitest";
import { eachBackend } from "../conformance/backends.ts";
import { drawn, stream } from "../conformance/draw.ts";
import { check } from "./check.ts";
import { partsOf, products } from "./products.ts";

eachBackend("products of tensors with any axes", (on) => {
  it("are what the interpreter finds in double precision, and the same bits compiled with what is elementwise around them", () => {
    check(products, { seed: 23, numRuns: 150 }, (product) => {
      const { equation, x, y } = partsOf(product);
      const truth = withBackend(makeInterpreter({ exact: true }), () => einsum(equation, x, y).data());
      const bound = withBackend(makeInterpreter({ exact: true }), () =>
        einsum(equation, x.abs(), y.abs()).to("float64").data(),
      );
      on(() => {
        const z = einsum(equation, x, y);
        evaluate(z);
        const epsilon = { float32: 1e-6, float64: 1e-14, int32: 0, bool: 0 }[product.dtype];
        for (const [i, v] of z.data().entries())
          expect(Math.abs(v - (truth[i] as number))).toBeLessThanOrEqual(epsilon * (bound[i] as number));
        const twice = compile((u: Tensor, v: Tensor) => einsum(equation, u.neg(), v.neg()).mul(1));
        expect(twice(x, y).data()).toEqual(z.data());
      });
    });
  });
});

describe("a matrix larger than the caches", () => {
  it.each([
    [20_001, 300],
    [1_500, 4_099],
  ])(
    "of %i rows and %i columns, times a vector, has the bits of its rows and columns apart",
    (rows, columns) => {
      const next = stream(rows);
      const x = drawn(next, [rows, columns], "float32");
      const [w, v] = [drawn(next, [columns], "float32"), drawn(next, [rows], "float32")];
      const [down, across] = [x.matmul(w).data(), v.matmul(x).data()];
      const parts = (n: number) => [0, Math.floor(n / 2), n - 21].map((from) => [from, from + 21] as const);
      for (const [from, to] of parts(rows))
        expect(x.slice(0, from, to).matmul(w).data()).toEqual(down.slice(from, to));
      for (const [from, to] of parts(columns))
        expect(v.matmul(x.slice(1, from, to)).data()).toEqual(across.slice(from, to));
    },
  );
});

import { type Shape, type Tensor, tensor, vjp } from "@chainrule/core";
import { describe, expect, it } from "vitest";
import { eachBackend } from "./backends.ts";
import { drawn, stream } from "./draw.ts";
import { expectClose } from "./expect.ts";
import { dtypesOf, elementwiseRows, operandsFor, usualDType } from "./rows.ts";
import { coordinates, flatten } from "./truth/plain.ts";

/** Shapes that meet, and what they make. */
const meetings: readonly (readonly [a: Shape, b: Shape, out: Shape])[] = [
  [[2, 3], [3], [2, 3]],
  [[3], [2, 3], [2, 3]],
  [
    [2, 3],
    [2, 1],
    [2, 3],
  ],
  [[2, 1], [3], [2, 3]],
  [[2, 3], [], [2, 3]],
  [[], [2, 3], [2, 3]],
  [[], [], []],
  [[1, 1], [1], [1, 1]],
  [
    [4, 1, 3],
    [2, 1],
    [4, 2, 3],
  ],
  [[0, 3], [3], [0, 3]],
  [
    [0, 1],
    [1, 2],
    [0, 2],
  ],
  [[1], [0], [0]],
];

/** The element that broadcasting reads at `i`: axes aligned at the end, size 1 standing for all. */
const readAt = (shape: Shape, i: readonly number[]): number =>
  flatten(
    shape.map((n, d) => (n === 1 ? 0 : (i[i.length - shape.length + d] as number))),
    shape,
  );

function stretched(x: Tensor, shape: Shape): Tensor {
  const data = x.data();
  return tensor(
    coordinates(shape).map((i) => data[readAt(x.shape, i)] as number),
    { shape, dtype: x.dtype },
  );
}

/** The sum, by plain loops, of a gradient over the places that read the same element. */
function gathered(g: Tensor, shape: Shape): number[] {
  const data = g.data();
  const sums = new Array<number>(shape.reduce((a, b) => a * b, 1)).fill(0);
  coordinates(g.shape).forEach((i, k) => {
    const at = readAt(shape, i);
    sums[at] = (sums[at] as number) + (data[k] as number);
  });
  return sums;
}

eachBackend("broadcasting", (on) => {
  for (const row of elementwiseRows) {
    const dtype = usualDType(row);
    it(`${row.name} broadcasts as if its operands were written out`, () => {
      on(() => {
        for (const [a, b, out] of row.operands > 1 ? meetings : meetings.map(([s]) => [s, s, s] as const)) {
          const xs = operandsFor(row, dtype, [a, b, a].slice(0, row.operands));
          const y = row.call(...xs);
          expect(y.shape).toEqual(out);
          expect(y.data()).toEqual(row.call(...xs.map((x) => stretched(x, out))).data());
        }
      });
    });

    if (row.formula.d && row.operands > 1)
      it(`${row.name} sums gradients back to its operands`, () => {
        on(() => {
          for (const [a, b, out] of meetings) {
            const all = operandsFor(row, dtype, [a, b, a].slice(0, row.operands));
            const floats = all.filter((x) => x.dtype === "float64");
            const of = (...xs: Tensor[]) =>
              row.call(...all.map((x) => (x.dtype === "float64" ? xs[floats.indexOf(x)] : x)));
            const ȳ = drawn(stream(9), out, "float64");
            const g = vjp(of, ...floats)[1](ȳ);
            const written = vjp(of, ...floats.map((x) => stretched(x, out)))[1](ȳ);
            g.forEach((t, i) => {
              const shape = floats[i]?.shape as Shape;
              expect(t.shape).toEqual(shape);
              expectClose(t.data(), gathered(written[i] as Tensor, shape), 1e-14);
            });
          }
        });
      });

    if (row.operands > 1)
      it(`${row.name} takes a JavaScript number as a tensor of one element`, () => {
        on(() => {
          for (const type of dtypesOf[row.rule].filter((t) => t.startsWith("float"))) {
            const xs = operandsFor(row, type, new Array(row.operands).fill([2, 3]));
            const scalars = operandsFor(row, type, new Array(row.operands).fill([]), 2);
            for (let i = row.rule === "branches" ? 1 : 0; i < row.operands; i++) {
              const one = scalars[i] as Tensor;
              const withNumber = row.call(...xs.map((x, k) => (k === i ? one.item() : x)));
              const withTensor = row.call(...xs.map((x, k) => (k === i ? one : x)));
              expect(withNumber.dtype).toBe(withTensor.dtype);
              expect(withNumber.data()).toEqual(withTensor.data());
            }
          }
        });
      });
  }
});

describe("shapes that do not meet", () => {
  for (const row of elementwiseRows.filter((r) => r.operands > 1))
    it(`${row.name} refuses them, naming both`, () => {
      const dtype = usualDType(row);
      const xs = operandsFor(row, dtype, [[2, 3], [4], [1]].slice(0, row.operands) as Shape[]);
      expect(() => row.call(...xs)).toThrow(/\[2, 3\].*\[4\]/);
    });
});

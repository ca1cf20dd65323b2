import { ChainruleError, cat, type DType, grad, jvp, type Tensor, vjp } from "@chainrule/core";
import { table } from "@chainrule/core/internal";
import { gradcheck } from "@chainrule/core/testing";
import { expect, it } from "vitest";
import { eachBackend } from "./backends.ts";
import { drawn, stream } from "./draw.ts";
import { expectClose } from "./expect.ts";
import {
  argumentsOf,
  type Call,
  cases,
  type ElementwiseRow,
  elementwiseRows,
  operandsFor,
  usualDType,
} from "./rows.ts";

/** A call as a function of its float tensors, and those tensors. */
interface Function_ {
  readonly title: string;
  readonly f: (...xs: Tensor[]) => Tensor;
  readonly inputs: (dtype: DType) => Tensor[];
}

const isFloat = (x: unknown): x is Tensor =>
  typeof x === "object" && x !== null && "dtype" in x && String(x.dtype).startsWith("float");

function functionOf(
  title: string,
  call: Call,
  argumentsFor: (dtype: DType) => unknown[],
  isFixed: (argument: number) => boolean = () => false,
): Function_ {
  const varies = (x: unknown, i: number): x is Tensor => isFloat(x) && !isFixed(i);
  const f = (...xs: Tensor[]) => {
    let next = 0;
    return call(...argumentsFor(xs[0]?.dtype ?? "float64").map((x, i) => (varies(x, i) ? xs[next++] : x)));
  };
  return { title, f, inputs: (dtype) => argumentsFor(dtype).filter(varies) };
}

/** An operand whose domain is a single point is a parameter that no step can be taken in. */
const isParameter = (row: ElementwiseRow) => (operand: number) => {
  const [low, high] = row.range(operand);
  return low === high;
};

/** Positions and truth values have no derivative; a float result always has one. */
const hasFloatResult = ({ f, inputs }: Function_): boolean => isFloat(f(...inputs("float64")));

const functions: readonly Function_[] = [
  ...elementwiseRows
    .filter((row) => row.formula.d)
    .map((row) =>
      functionOf(
        row.name,
        row.call,
        (dtype) => operandsFor(row, dtype, new Array(row.operands).fill([5]), 3),
        isParameter(row),
      ),
    ),
  ...cases.map((sample) => functionOf(sample.title, sample.call, (dtype) => argumentsOf(sample, dtype, 5))),
].filter(hasFloatResult);

const weights = (y: Tensor): Tensor => drawn(stream(11), y.shape, "float64", [0.5, 1.5]).to(y.dtype);

const inner = (a: readonly Tensor[], b: readonly Tensor[]): number =>
  a.reduce(
    (sum, x, i) =>
      sum +
      x
        .mul(b[i] as Tensor)
        .sum()
        .item(),
    0,
  );

/** The gradients of Σ u·f, joined to one vector. */
const gradientOf =
  (f: (...xs: Tensor[]) => Tensor) =>
  (...xs: Tensor[]): Tensor => {
    const all = xs.map((_, i) => i);
    const loss = (...ys: Tensor[]) => {
      const y = f(...ys);
      return y.mul(weights(y)).sum();
    };
    return cat((grad(loss, { argnums: all })(...xs) as unknown as Tensor[]).map((g) => g.reshape([-1])));
  };

eachBackend("derivatives", (on) => {
  for (const { title, f, inputs } of functions) {
    it(`${title}: both modes are central differences`, () => on(() => gradcheck(f, inputs("float64"))));

    it(`${title}: second derivatives, reverse and forward over reverse, are central differences`, () => {
      on(() => gradcheck(gradientOf(f), inputs("float64"), { atol: 1e-6, rtol: 1e-5 }));
    });

    for (const dtype of ["float32", "float64"] as const)
      it(`${title}: ⟨u, Jv⟩ = ⟨Jᵀu, v⟩ in ${dtype}`, () => {
        on(() => {
          const xs = inputs(dtype);
          const next = stream(21);
          const v = xs.map((x) => drawn(next, x.shape, dtype));
          const [y, ẏ] = jvp(f, xs, v);
          const u = drawn(next, y.shape, y.dtype);
          const [, pull] = vjp(f, ...xs);
          const x̄ = pull(u);
          x̄.forEach((g, i) => {
            expect(g.shape).toEqual(xs[i]?.shape);
            expect(g.dtype).toBe(xs[i]?.dtype);
          });
          const scale = 1 + inner([u.abs()], [ẏ.abs()]);
          expectClose([inner(x̄, v) / scale], [inner([u], [ẏ]) / scale], dtype === "float32" ? 3e-6 : 1e-14);
        });
      });
  }

  for (const row of elementwiseRows.filter(
    (r) => !r.formula.d && r.rule !== "compare" && r.rule !== "predicate" && r.rule !== "logical",
  ))
    it(`${row.name} has no derivative, and says so`, () => {
      const xs = operandsFor(row, usualDType(row), new Array(row.operands).fill([3]));
      if (xs.some((x) => !isFloat(x))) return expect(row.call(...xs).requiresGrad).toBe(false);
      expect(() => gradientOf(row.call)(...xs)).toThrow(ChainruleError);
    });
});

it("covers every family of the table", () => {
  expect(new Set(cases.map((c) => c.family)).size + 1).toBe(Object.keys(table).length);
});

import { manualSeed, permutation, rand, randn, type Tensor } from "@chainrule/core";
import { drawn, stream } from "../conformance/draw.ts";
import { dtypesOf, elementwiseRows, operandsFor } from "../conformance/rows.ts";
import { tasks, trained } from "./training.ts";

/** The bits of tensors, in words of 32. */
const bits = (tensors: readonly Tensor[]): number[] =>
  tensors.flatMap((t) => [...new Uint32Array(t.data().buffer)]);

function products(): Tensor[] {
  const next = stream(3);
  return (["float32", "float64"] as const).map((dtype) =>
    drawn(next, [40, 90], dtype).matmul(drawn(next, [90, 20], dtype)),
  );
}

type Run = readonly [name: string, run: () => readonly Tensor[]];

/** Every elementwise row in each of its dtypes, random numbers, and products of matrices. */
export const operations: readonly Run[] = [
  ...elementwiseRows.flatMap((row) =>
    dtypesOf[row.rule].map((dtype): Run => {
      const operands = () => operandsFor(row, dtype, new Array(row.operands).fill([40]), 9);
      return [`${row.name} of ${dtype}`, () => [row.call(...operands())]];
    }),
  ),
  ["random numbers", () => [rand([100]), rand([100], { dtype: "float64" }), randn([100]), permutation(100)]],
  ["products of matrices", products],
];

const runs: readonly Run[] = [
  ...operations,
  ...Object.entries(tasks).flatMap(([name, task]) =>
    (["SGD", "Adam"] as const).flatMap((optimizer) =>
      [false, true].map((compiled): Run => {
        const title = `${name} trained by ${optimizer}, ${compiled ? "compiled" : "step by step"}`;
        const run = () => {
          const { losses, model } = trained(task, optimizer, compiled, 20);
          return [...losses, ...Object.values(model.stateDict())];
        };
        return [title, run];
      }),
    ),
  ),
];

/** What gives the same bits on every host, from the same seed. */
export const everywhere: ReadonlyMap<string, () => number[]> = new Map(
  runs.map(([name, run]) => [
    name,
    () => {
      manualSeed(1);
      return bits(run());
    },
  ]),
);

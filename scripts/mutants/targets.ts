/** A kind of file that mutants are made of, and the tests that must notice them. */
export interface Target {
  readonly files: readonly string[];
  /** The declarations and properties whose expressions are mutated; without it, all of the file. */
  readonly within?: readonly string[];
  /** The table whose rows name the tests to run, or "class": the classes of the file do; otherwise all of `tests` are run. */
  readonly rows?: string;
  /** The tests of a row, where they do not bear its name. */
  readonly names?: Readonly<Record<string, readonly string[]>>;
  /** The property without which a row is left alone. */
  readonly only?: string;
  /** Tests by file, the fastest first. */
  readonly tests: readonly string[];
  /** Tests that are run where those have found nothing, whatever they are called. */
  readonly others: readonly string[];
}

const ops = (...names: readonly string[]) => names.map((name) => `packages/core/src/ops/${name}.ts`);
const optim = (...names: readonly string[]) => names.map((name) => `packages/optim/src/${name}.ts`);
const conformance = ["derivatives.slow", "values.slow", "special"].map(
  (name) => `test/conformance/${name}.test.ts`,
);
const golden = "test/golden/golden.slow.test.ts";

const others = [
  "packages/core/test/autodiff/families.test.ts",
  "packages/core/test/ops/mask.slow.test.ts",
  golden,
  "test/fuzz/gradients.slow.test.ts",
];

export const targets = {
  "elementwise rows": {
    files: ops("elementwise", "activation"),
    rows: "rows",
    only: "d",
    within: ["f", "d"],
    tests: [...conformance, "test/conformance/quotients.test.ts"],
    others: ["packages/core/test/autodiff/families.test.ts", golden, "test/derivation/saturation.test.ts"],
  },
  "reduction rules": {
    files: ops("reduction-rules"),
    tests: ["packages/core/test/autodiff/families.test.ts", ...conformance.slice(0, 2)],
    others: [golden],
  },
  "movement rules": {
    files: ops("broadcast", "cat", "diagonal", "permute", "slice", "windows"),
    within: ["transpose", "drops"],
    tests: ["test/conformance/derivatives.slow.test.ts"],
    others: ["packages/core/test/ops/mask.slow.test.ts", golden, "test/fuzz/movements.slow.test.ts"],
  },
  "family rules": {
    files: ["packages/core/src/autodiff/families.ts"],
    rows: "families",
    names: {
      elementwise: ["mul", "atan2", "where"],
      movement: ["permute", "cat", "slice", "diagonal"],
      reduction: ["sum", "prod", "amax", "max"],
      contraction: ["matmul", "einsum"],
      indexing: ["gather", "scatter", "scatterAdd"],
      recurrence: ["cumsum", "cumprod"],
    },
    tests: ["test/conformance/derivatives.slow.test.ts"],
    others,
  },
  "chain rule": {
    files: ["packages/core/src/autodiff/derivative.ts"],
    tests: ["packages/core/test/autodiff/families.test.ts"],
    others,
  },
  optimizers: {
    files: optim(
      "adadelta",
      "adagrad",
      "adam",
      "adamax",
      "asgd",
      "nadam",
      "radam",
      "rmsprop",
      "rprop",
      "sgd",
    ),
    rows: "class",
    within: ["coefficients", "update"],
    tests: ["packages/optim/test/optimizers.test.ts"],
    others: [golden],
  },
  rewrites: {
    files: ["packages/core/src/rewrites/rules.ts"],
    rows: "rules",
    tests: ["packages/core/test/rewrites/rules.slow.test.ts", "packages/core/test/rewrites/rewrite.test.ts"],
    others: ["test/derivation/saturation.test.ts"],
  },
} satisfies Record<string, Target>;

export type TargetName = keyof typeof targets;

import { ChainruleError, type DType, type Shape, type Tensor } from "@chainrule/core";
import { lifted, operandsOf, table } from "@chainrule/core/internal";
import { drawn, type Range, stream } from "./draw.ts";

type Table = typeof table;
type Elementwise = Table["elementwise"][keyof Table["elementwise"]];
export type Formula = Elementwise["formula"];
export type TypeRule = NonNullable<Formula["types"]>;
/** A row as a function on tensors. */
export type Call = (...args: unknown[]) => Tensor;

export interface ElementwiseRow {
  readonly name: string;
  readonly formula: Formula;
  readonly call: Call;
  readonly operands: number;
  readonly range: (operand: number) => Range;
  readonly rule: TypeRule;
}

export const asCall = (f: unknown): Call => lifted(f as (...args: never[]) => unknown) as unknown as Call;

/** The elementwise rows of the table. */
export const elementwiseRows: readonly ElementwiseRow[] = Object.entries(table.elementwise).map(
  ([name, row]) => {
    const formula: Formula = row.formula;
    const domain = formula.domain ?? [];
    return {
      name,
      formula,
      call: asCall(row),
      operands: operandsOf(formula),
      range: (operand) => domain[operand] ?? domain[0] ?? [-2, 2],
      rule: formula.types ?? "float",
    };
  },
);

/** The dtypes that an elementwise row is computed in, for operands of these dtypes. */
export const dtypesOf: Record<TypeRule, readonly DType[]> = {
  float: ["float32", "float64", "int32"],
  number: ["float32", "float64", "int32", "bool"],
  choice: ["float32", "float64", "int32", "bool"],
  compare: ["float32", "float64", "int32", "bool"],
  predicate: ["float32", "float64", "int32", "bool"],
  logical: ["float32", "float64", "int32", "bool"],
  bits: ["int32", "bool"],
  shift: ["int32", "bool"],
  branches: ["float32", "float64", "int32", "bool"],
};

/** The dtype in which a row is tried where one will do: float64, unless it works on bits. */
export const usualDType = (row: ElementwiseRow): DType =>
  dtypesOf[row.rule].includes("float64") ? "float64" : "int32";

/** Operands of an elementwise row, drawn from its domain; the condition of a choice between branches is bool. */
export function operandsFor(row: ElementwiseRow, dtype: DType, shapes: readonly Shape[], seed = 1): Tensor[] {
  const next = stream(seed);
  return shapes.map((shape, i) => {
    const { require } = row.formula;
    if (require?.whole && require.of === i && !dtype.startsWith("float")) {
      const x = drawn(next, shape, "int32", [1, 4]);
      return dtype === "bool" ? x.ne(0) : x;
    }
    const bool = row.rule === "branches" && i === 0;
    const integers = dtype === "int32" || dtype === "bool";
    return drawn(
      next,
      shape,
      bool ? "bool" : dtype,
      integers && row.rule !== "float" ? [-4, 4] : row.range(i),
    );
  });
}

/** A sample call of a row that is not elementwise. */
export interface Case {
  readonly family: string;
  readonly row: string;
  readonly title: string;
  readonly call: Call;
  readonly sample: readonly unknown[];
  /** Which arguments are tensors. */
  readonly isTensor: (i: number) => boolean;
}

type SampledFamily = Exclude<keyof Table, "elementwise">;

/** Where each family takes tensors. */
const tensorPlaces: Record<SampledFamily, (i: number) => boolean> = {
  movement: (i) => i === 0,
  reduction: (i) => i === 0,
  contraction: () => true,
  indexing: (i) => i !== 1,
  recurrence: (i) => i === 0,
  host: (i) => i === 0,
};

interface Sampled {
  readonly samples: readonly (readonly unknown[])[];
}

/** Every sample of every row that is not elementwise. */
export const cases: readonly Case[] = Object.entries(table)
  .filter(([family]) => family !== "elementwise")
  .flatMap(([family, rows]) =>
    Object.entries(rows as Record<string, unknown>).flatMap(([row, f]) =>
      (f as Sampled).samples.map((sample) => ({
        family,
        row,
        title: `${row}(${sample.map((x) => JSON.stringify(x)).join(", ")})`,
        call: asCall(f),
        sample,
        isTensor: tensorPlaces[family as SampledFamily],
      })),
    ),
  );

const isIndex = (x: unknown): x is { index: Shape; below: number } =>
  typeof x === "object" && x !== null && "below" in x;

/** The arguments of a sample, with tensors of `dtype` for its shapes. */
export function argumentsOf({ sample, isTensor }: Case, dtype: DType, seed = 1): unknown[] {
  const next = stream(seed);
  return sample.map((x, i) => {
    if (isIndex(x)) return drawn(next, x.index, "int32", [-0.49, x.below - 0.51]);
    return isTensor(i) && Array.isArray(x) ? drawn(next, x as Shape, dtype, [-3, 3]) : x;
  });
}

/** What a call gives, or the library's own error where it refuses the arguments. */
export function attempt(f: () => Tensor): Tensor | ChainruleError {
  try {
    return f();
  } catch (error) {
    if (error instanceof ChainruleError) return error;
    throw error;
  }
}

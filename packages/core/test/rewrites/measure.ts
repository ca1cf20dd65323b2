/** The errors of a rule: value and two derivatives, rewritten and as written, against arithmetic of 240 digits. */
import type Decimal from "decimal.js";
import { grad, type Tensor, tensor, withoutRewrites } from "../../src/index.ts";
import type { Call, Term } from "../../src/rewrites/pattern.ts";
import type { Rule } from "../../src/rewrites/rules.ts";
import { evaluateExactly, exactly, jet } from "./exact.ts";

export type Float = "float32" | "float64";

/** Numbers that float32 holds, so that the truth is the same in both dtypes. */
const magnitudes = [2 ** -70, 2 ** -40, 2 ** -13, 2 ** -5, 0.4375, 0.875, 1.5, 4, 18, 95, 2 ** 70];
const points: readonly number[] = [...magnitudes.map((x) => -x).reverse(), 0, ...magnitudes];

const formats = {
  float32: { digits: 23, smallest: -126, largest: (2 - 2 ** -23) * 2 ** 127 },
  float64: { digits: 52, smallest: -1022, largest: Number.MAX_VALUE },
} as const;

/** The distance from the truth in units in the last place of the truth; of subnormal numbers, in the smallest normal one. */
export function ulps(x: number, truth: Decimal, dtype: Float): number {
  const { digits, smallest, largest } = formats[dtype];
  if (truth.isNaN()) return Number.isNaN(x) ? 0 : Number.POSITIVE_INFINITY;
  if (truth.abs().gt(largest)) return x === truth.s * Number.POSITIVE_INFINITY ? 0 : Number.POSITIVE_INFINITY;
  if (!Number.isFinite(x)) return Number.POSITIVE_INFINITY;
  const exponent = Math.floor(Math.log2(truth.abs().toNumber()));
  const unit = exponent < smallest ? 2 ** smallest : 2 ** (exponent - digits);
  return exactly(x).minus(truth).abs().div(unit).toNumber();
}

type Method = (...rest: unknown[]) => unknown;

/** Calls an op of a pattern on tensors. */
export type Apply = (op: string, args: readonly unknown[]) => unknown;

/** The op as a method; of a number, as that of a tensor which holds it. */
export const method: Apply = (op, [self, ...rest]) => {
  const [x] = rest;
  const receiver = typeof self === "number" ? tensor(self, { dtype: (x as Tensor).dtype }) : self;
  return (receiver as Record<string, Method>)[op]!(...rest);
};

/** A pattern on tensors. The second variable is 3; `others` are the remaining arguments of a reduction. */
function build(term: Term, x: Tensor, others: readonly unknown[], apply: Apply): unknown {
  if (typeof term === "number") return term;
  if (term.kind === "rest") return others;
  if (term.kind === "variable") return term.name === "x" ? x : tensor(3, { dtype: x.dtype });
  const { op, args } = term as Call;
  return apply(
    op,
    args.flatMap((a) => build(a, x, others, apply)),
  );
}

/** The arguments that a reduction in the pattern has beside x, one list for each way of writing it. */
function argumentsOf({ from, to, when }: Rule): readonly unknown[] {
  if (!JSON.stringify(from).includes('"rest"')) return [];
  if (!when) return [0];
  return to.kind === "call" && to.args.includes(0) ? [] : [0, { keepdim: true }];
}

/** The function of a rule at t: of a vector that begins with t, where it contains a reduction. */
export function functionOf(rule: Rule, apply = method): (t: Tensor) => Tensor {
  const others = argumentsOf(rule);
  const isVector = JSON.stringify(rule.from).includes('"rest"');
  return (t) => {
    const x = isVector
      ? t.mul(tensor([1, 0, 0], { dtype: t.dtype })).add(tensor([0, 3, -2], { dtype: t.dtype }))
      : t;
    const y = build(rule.from, x, others, apply) as Tensor;
    return isVector && y.ndim > 0 ? y.at(0) : y;
  };
}

/** The function of a rule in exact arithmetic. */
function exactFunctionOf({ from }: Rule): (t: Decimal) => Decimal {
  const isVector = JSON.stringify(from).includes('"rest"');
  const rest = isVector ? [exactly(3), exactly(-2)] : [];
  return (t) => evaluateExactly(from, { x: [t, ...rest], y: [exactly(3)] })[0]!;
}

/** Value, first and second derivative at a point. */
export type Jet = readonly [value: number, first: number, second: number];

export interface Measured {
  readonly x: number;
  readonly truth: readonly Decimal[];
  /** The results with the rewrite, and of the composition as written. */
  readonly rewritten: Record<Float, Jet>;
  readonly written: Record<Float, Jet>;
}

/** The results of a rule at each point where it is defined. */
export function measure(rule: Rule): Measured[] {
  const f = functionOf(rule);
  const [first, second] = [grad(f), grad(grad(f))];
  const jets = (x: number): Record<Float, Jet> => {
    const at = (dtype: Float): Jet => {
      const t = tensor(x, { dtype });
      return [f(t).item(), first(t).item(), second(t).item()];
    };
    return { float32: at("float32"), float64: at("float64") };
  };
  return points.map((x) => ({
    x,
    truth: jet(exactFunctionOf(rule), x),
    rewritten: jets(x),
    written: withoutRewrites(() => jets(x)),
  }));
}

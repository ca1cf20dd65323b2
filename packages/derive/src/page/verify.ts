import { ChainruleError, grad, hessian, type Tensor, tensor } from "@chainrule/core";
import { delta } from "../algebra/atoms.ts";
import type { Index } from "../algebra/term.ts";
import { indicesOf, type Model, type Variable } from "../graph/model.ts";
import { replay } from "../graph/replay.ts";
import type { Named } from "../graph/trace.ts";
import { indexed } from "../notation/build.ts";
import { evaluateAt, type Values } from "../notation/evaluate.ts";
import { layout } from "../notation/layout.ts";
import type { Notation } from "../notation/notation.ts";

/** How far two sides of an equation were apart, over all points. */
export interface Check {
  readonly holds: boolean;
  /** The largest difference, relative to the largest element. */
  readonly error: number;
  /** The same in units in the last place of the largest element, in float64. */
  readonly ulps: number;
}

/** Equations hold within rounding, differences within their truncation. */
export const tolerances = { equation: 1e-10, differences: 1e-6 } as const;

const ulp = 2 ** -52;

/** A point with the values of all variables there. */
export class Point {
  readonly #model: Model;
  readonly #values = new Map<string, Tensor>();

  readonly #adjoints: ReadonlyMap<string, Variable>;

  /** @param adjoints the variables by which the derivatives of the loss have names */
  constructor(model: Model, args: Named, adjoints: ReadonlyMap<string, Variable>) {
    this.#model = model;
    this.#adjoints = adjoints;
    const variables = [...model.variables.values()];
    const given = new Map(
      variables.flatMap((v) =>
        v.definition === undefined && args[v.name] ? [[v.node, args[v.name]!] as const] : [],
      ),
    );
    const nodes = variables.map(({ node }) => node);
    for (const [i, t] of replay(nodes, given).entries()) this.#values.set(variables[i]!.name, t.detach());
  }

  value(v: Variable): Tensor {
    return this.#values.get(v.name)!;
  }

  /** Values for notation, without axes of size 1. */
  readonly values: Values = (name) => {
    const adjoint = this.#adjoints.get(name);
    const x = this.#values.get(name) ?? (adjoint ? this.gradient(adjoint) : this.#opaque(name));
    this.#values.set(name, x);
    return x.reshape(x.shape.filter((n) => n !== 1));
  };

  /** The value of an op that the algebra does not know. */
  #opaque(id: string): Tensor {
    const { scope, variables } = this.#model;
    const given = new Map([...variables.values()].map((v) => [v.node, this.value(v)] as const));
    const [x] = replay([scope.opaque.get(id)!], given);
    return x!;
  }

  /** u as a function of v, other variables that it is made of being fixed. */
  #function(u: Variable, v: Variable): (x: Tensor) => Tensor {
    const fixed = new Map(
      [...this.#model.variables.values()].filter((w) => w !== u).map((w) => [w.node, this.value(w)] as const),
    );
    return (x) => replay([u.node], new Map([...fixed, [v.node, x]]))[0]!;
  }

  /** The loss as a function of v alone. */
  #loss(v: Variable): (x: Tensor) => Tensor {
    const { loss, variables } = this.#model;
    const before = [...variables.values()].filter((w) => w !== v && (!w.definition || w.node.id < v.node.id));
    const fixed = new Map(before.map((w) => [w.node, this.value(w)] as const));
    return (x) => replay([loss.node], new Map([...fixed, [v.node, x]]))[0]!;
  }

  /** ∂L/∂v as the library finds it. */
  gradient(v: Variable): Tensor {
    return grad(this.#loss(v))(this.value(v)) as Tensor;
  }

  /** ∂²L/∂v² as the library finds it. */
  hessian(v: Variable): Tensor {
    return hessian(this.#loss(v))(this.value(v)) as Tensor;
  }

  /** (∂u/∂v)·t by differences of fourth order. */
  difference(u: Variable, v: Variable, t: Tensor): Tensor {
    const f = this.#function(u, v);
    const x = this.value(v);
    const h = 1e-3;
    const at = (k: number) => f(x.add(t.mul(k * h)));
    const near = at(1).sub(at(-1)).mul(8);
    return near.sub(at(2).sub(at(-2))).div(12 * h);
  }
}

/** Compares two tensors of one shape. */
export function compare(actual: Tensor, expected: Tensor, tolerance: number): Check | undefined {
  const [a, e] = [Array.from(actual.data()), Array.from(expected.data())];
  const scale = e.reduce((m, x) => Math.max(m, Math.abs(x)), 0);
  const gap = e.reduce((m, x, i) => Math.max(m, Math.abs(x - a[i]!)), 0);
  if (!Number.isFinite(scale)) return undefined;
  const error = scale === 0 ? gap : gap / scale;
  return { holds: error <= tolerance, error, ulps: error / ulp };
}

/** The check of what cannot be computed. */
export const unchecked: Check = { holds: false, error: Number.NaN, ulps: Number.NaN };

/** The worst of several checks; where none could be made, nothing holds. */
export function worst(checks: readonly (Check | undefined)[]): Check {
  const made = checks.filter((c) => c !== undefined);
  if (made.length === 0) return unchecked;
  return made.reduce((a, b) => (Number.isNaN(b.error) || b.error > a.error ? b : a));
}

const flat = (x: Tensor, axes: readonly Index[]): Tensor => x.reshape(axes.map(({ size }) => size));

/** A check of a formula that may not be one: shapes that do not fit do not hold either. */
function attempt(check: () => Check | undefined): Check | undefined {
  try {
    return check();
  } catch (error) {
    if (error instanceof ChainruleError) return unchecked;
    throw error;
  }
}

/** Whether a formula is ∂L/∂v at every point. */
export const checkGradient = (x: Notation, v: Variable, points: readonly Point[]): Check =>
  worst(
    points.map((p) => {
      const axes = indicesOf(v);
      return attempt(() =>
        compare(evaluateAt(x, axes, p.values), flat(p.gradient(v), axes), tolerances.equation),
      );
    }),
  );

/** Whether a formula is ∂²L/∂v² at every point. */
export const checkHessian = (
  x: Notation,
  v: Variable,
  letters: readonly Index[],
  points: readonly Point[],
): Check =>
  worst(
    points.map((p) =>
      attempt(() =>
        compare(evaluateAt(x, letters, p.values), flat(p.hessian(v), letters), tolerances.equation),
      ),
    ),
  );

/** Whether a formula is the value of v at every point. */
export const checkValue = (x: Notation, v: Variable, points: readonly Point[]): Check =>
  worst(
    points.map((p) => {
      const axes = indicesOf(v);
      return attempt(() =>
        compare(evaluateAt(x, axes, p.values), flat(p.value(v), axes), tolerances.equation),
      );
    }),
  );

/** Directions to differentiate along: every axis of a small tensor, else a few random ones. */
function directions(shape: readonly number[], size: number, random: () => number): Tensor[] {
  const count = size <= 24 ? size : 6;
  return Array.from({ length: count }, (_, k) => {
    const t = Float64Array.from({ length: size }, (_, i) => (size <= 24 ? Number(i === k) : random() - 0.5));
    return tensor(t, { shape, dtype: "float64" });
  });
}

/** Whether core·Πδ is ∂u/∂v, by differences at every point. */
export function checkFactor(
  core: Notation,
  deltas: readonly (readonly [Index, Index])[],
  [u, v]: readonly [Variable, Variable],
  [outer, inner]: readonly [readonly Index[], readonly Index[]],
  points: readonly Point[],
  random: () => number,
): Check {
  const name = "direction of the difference";
  const direction: Notation = { kind: "letter", name, axes: inner };
  const parts = [core, ...deltas.map(([i, j]) => layout(delta(i, j), [i, j])), direction];
  const whole = indexed(parts, inner, outer);
  return worst(
    points.flatMap((p) =>
      directions(p.value(v).shape, p.value(v).size, random).map((t) => {
        const values: Values = (x) => (x === name ? flat(t, inner) : p.values(x));
        return attempt(() =>
          compare(
            evaluateAt(whole, outer, values),
            flat(p.difference(u, v, t), outer),
            tolerances.differences,
          ),
        );
      }),
    ),
  );
}

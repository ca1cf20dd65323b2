import { zerosLike } from "../autodiff/derivative.ts";
import { forward } from "../autodiff/forward.ts";
import { reverse } from "../autodiff/reverse.ts";
import { withBackend } from "../backend/evaluate.ts";
import { interpreter } from "../backend/interpreter.ts";
import type { Node } from "../graph/node.ts";
import { variable } from "../ops/identity.ts";
import { sizeOf } from "../shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { describeMismatch } from "./describe-partials.ts";
import { deviation } from "./differences.ts";
import type { Jacobians } from "./jacobians.ts";
import type { Linearization, RaisedFunction } from "./linearization.ts";
import { comparePartials, type Mismatch, type Partials, type PartialsOptions } from "./partials.ts";
import { RecordedGraph, type Step } from "./recorded-graph.ts";

/** The op whose own partial derivative is most likely wrong. */
export interface Suspect {
  /** The name of the op. */
  readonly op: string;
  /** The line that called it. */
  readonly place: string | undefined;
  /** The fault, in words. */
  readonly reason: string;
}

/** The sentence on a suspect in error messages. */
export const describeSuspect = ({ op, place, reason }: Suspect): string =>
  `The op at fault is likely ${op}${place ? `, called at ${place}` : ""}: ${reason}`;

/** A step with its own partial derivatives. */
interface CheckedStep extends Step {
  readonly partials: Partials;
}

/** The largest number of partial derivatives of one op that the search examines. */
const maxPartials = 2 ** 16;

const zeros = (x: Node): Tensor => new Tensor(zerosLike(x));

/** The function that a step is of its inputs. */
function linearizationOf(graph: RecordedGraph, step: Step): Linearization {
  const { node, inputs } = step;
  const of = (xs: readonly Node[]): Node => graph.replay(node, new Map(inputs.map((x, i) => [x, xs[i]!])));
  const points = inputs.map((x) => new Tensor(x).detach());
  const variables = points.map((x) => variable(x.node));
  const y = of(variables);
  const isCut = graph.isCut(step);
  return {
    inputs: points.map((x, i) => ({ name: points.length > 1 ? `x${i}` : "x", tensor: x })),
    outputs: [{ name: "y", tensor: new Tensor(node).detach() }],
    call: (xs) => [new Tensor(of(xs.map((x) => x.node)))],
    vjp([ȳ]) {
      if (isCut) return inputs.map(zeros);
      const x̄ = reverse([[y, ȳ!.node, null]], variables);
      return x̄.map((g, i) => (g ? new Tensor(g) : zeros(inputs[i]!)));
    },
    jvp(ẋ) {
      if (isCut) return [zeros(node)];
      const [ẏ] = forward(
        [y],
        variables.map((x, i) => [x, ẋ[i]!.node, null] as const),
      );
      return [ẏ ? new Tensor(ẏ) : zeros(node)];
    },
  };
}

/** The partial derivative of the mismatch by the chain rule, with the differences of some steps in place of their own derivatives. */
function chained(
  { variables, outputs }: RecordedGraph,
  steps: readonly CheckedStep[],
  { i, k, j, mode }: Mismatch,
  replaced: readonly CheckedStep[],
): number {
  const cotangents = new Map<Node, Float64Array>();
  const cotangentOf = (node: Node): Float64Array => {
    const known = cotangents.get(node) ?? new Float64Array(sizeOf(node.shape));
    cotangents.set(node, known);
    return known;
  };
  let start = 0;
  for (const y of outputs) {
    const at = i - start;
    start += sizeOf(y.shape);
    if (at >= 0 && i < start) cotangentOf(y)[at]! += 1;
  }
  for (const step of [...steps].reverse()) {
    const { found, differences } = step.partials;
    const ȳ = cotangentOf(step.node);
    const jacobians: Jacobians = replaced.includes(step) ? differences : found[mode]!;
    for (const [n, x] of step.inputs.entries()) {
      const x̄ = cotangentOf(x);
      for (const [row, weight] of ȳ.entries())
        if (weight !== 0)
          for (let column = 0; column < x̄.length; column++)
            x̄[column]! += weight * jacobians[n]![row * x̄.length + column]!;
    }
  }
  return cotangentOf(variables[k]!)[j]!;
}

/** How much of the error is left where a replacement explains it. */
const explained = 0.01;

/** The steps, alone or all of one op, whose differences in place of their derivatives repair the mismatch best. */
function bestRepair(
  graph: RecordedGraph,
  steps: readonly CheckedStep[],
  mismatch: Mismatch,
): CheckedStep | undefined {
  const faulty = steps.filter(({ partials }) => partials.mismatches.length > 0);
  const names = new Set(faulty.map(({ node }) => node.op.name));
  const groups = [
    ...faulty.map((step) => [step]),
    ...[...names].map((name) => faulty.filter(({ node }) => node.op.name === name)),
  ];
  const left = (replaced: readonly CheckedStep[]): number => {
    const error = deviation(mismatch.limit, chained(graph, steps, mismatch, replaced));
    return Number.isNaN(error) ? Infinity : error;
  };
  const before = left([]);
  const errors = groups.map(left);
  const first = errors.findIndex((error) => error <= explained * before);
  const best = first >= 0 ? first : errors.indexOf(Math.min(...errors));
  return errors[best]! < before ? groups[best]![0] : undefined;
}

/**
 * The op that a wrong derivative is most likely due to: one whose own partial derivative differences do not confirm, and
 * whose differences in its place would make the derivative right. Undefined if there is none.
 */
export function findSuspect(
  f: RaisedFunction,
  mismatch: Mismatch,
  options: PartialsOptions,
): Suspect | undefined {
  return withBackend(interpreter, () => {
    const graph = new RecordedGraph(f);
    const suspect = ({ node }: Step, reason: string): Suspect => ({
      op: node.op.name,
      place: graph.placeOf(node),
      reason,
    });
    const coarse = graph.steps.find(({ node }) => node.dtype !== "float64");
    if (coarse) return suspect(coarse, "it computes in float32, too coarse for differences");
    const sizes = graph.steps.map(
      ({ node, inputs }) => sizeOf(node.shape) * inputs.reduce((n, x) => n + sizeOf(x.shape), 0),
    );
    if (sizes.some((n) => n > maxPartials)) return undefined;
    const modes = [mismatch.mode];
    const steps = graph.steps.map((step) => ({
      ...step,
      partials: comparePartials(linearizationOf(graph, step), { ...options, modes }),
    }));
    const found = bestRepair(graph, steps, mismatch);
    if (!found) return undefined;
    return suspect(
      found,
      graph.isCut(found)
        ? "no derivative passes through it, as inside detach and noGrad"
        : `its own ${describeMismatch(found.partials.mismatches[0]!)}`,
    );
  });
}

import { formatIndex, isClose, type Tolerance } from "./close.ts";
import { admits, isOpen, type Limit, limitOf, type Quotients, quotientsAt } from "./differences.ts";
import { concatenated, type Jacobians, jacobiansOf, type Mode, places } from "./jacobians.ts";
import type { Linearization, NamedTensor } from "./linearization.ts";

/** One partial derivative: element `i` of all outputs by element `j` of input `k`. */
export interface Place {
  readonly output: string;
  readonly input: string;
  readonly i: number;
  readonly k: number;
  readonly j: number;
}

/** A partial derivative that differences do not confirm. */
export interface Mismatch extends Place {
  readonly mode: Mode;
  readonly actual: number;
  readonly limit: Exclude<Limit, { kind: "jump" }>;
}

/** A partial derivative where f has none, or more than one. */
export interface Kink extends Place {
  readonly limit: Exclude<Limit, { kind: "derivative" }>;
}

/** A function's derivatives compared with differences. */
export interface Partials {
  readonly mismatches: readonly Mismatch[];
  readonly kinks: readonly Kink[];
  /** The number of partial derivatives, each in all modes. */
  readonly checked: number;
  /** The derivatives that differentiation and that differences give. */
  readonly found: Readonly<Partial<Record<Mode, Jacobians>>>;
  readonly differences: Jacobians;
}

export interface PartialsOptions extends Tolerance {
  readonly eps: number;
  readonly modes: readonly Mode[];
}

/** The smaller steps, as shares of the first one, which are taken where that one leaves the limit open. */
const refinements = [1 / 8, 1 / 64];

/** The number that differences give for a derivative: the mean of the two slopes at a kink. */
function numberOf(limit: Limit | undefined, central: number): number {
  if (limit?.kind === "kink") return (limit.left + limit.right) / 2;
  return limit?.kind === "edge" ? limit.slope : central;
}

const nameAt = ({ name, tensor }: NamedTensor, at: number): string =>
  `${name}${formatIndex(at, tensor.shape)}`;

/** Compares every partial derivative of a function, in each mode, with differences. */
export function comparePartials(at: Linearization, { eps, modes, ...tolerance }: PartialsOptions): Partials {
  const { inputs, outputs } = at;
  const found = Object.fromEntries(modes.map((mode) => [mode, jacobiansOf(at, mode)]));
  const y = concatenated(outputs.map((o) => o.tensor));
  const rows = places(outputs);
  const differences = inputs.map(({ tensor: x }) => new Float64Array(rows.length * x.size));
  const mismatches: Mismatch[] = [];
  const kinks: Kink[] = [];

  for (const [k, j] of places(inputs)) {
    const x = inputs[k]!.tensor;
    const h = eps * Math.max(1, Math.abs(x.data()[j]!));
    const steps: Quotients[] = [quotientsAt(at, y, [k, j], h)];
    const refined = () => {
      if (steps.length === 1)
        steps.push(...refinements.map((factor) => quotientsAt(at, y, [k, j], h * factor)));
      return steps;
    };
    for (const [i, [o, e]] of rows.entries()) {
      const derivatives = modes.map((mode) => found[mode]![k]![i * x.size + j]!);
      const central = steps[0]!.central[i]!;
      const isRight = derivatives.every((d) => isClose(d, central, tolerance));
      const limit = isRight && !isOpen(steps[0]!, i) ? undefined : limitOf(y[i]!, i, refined(), tolerance);
      differences[k]![i * x.size + j] = numberOf(limit, central);
      if (!limit) continue;
      const place = { output: nameAt(outputs[o]!, e), input: nameAt(inputs[k]!, j), i, k, j };
      if (limit.kind !== "derivative") kinks.push({ ...place, limit });
      if (limit.kind === "jump") continue;
      const m = derivatives.findIndex((d) => !admits(limit, d, tolerance));
      if (m >= 0) mismatches.push({ ...place, mode: modes[m]!, actual: derivatives[m]!, limit });
    }
  }
  // Beside an infinite slope, the zeros of cotangents and tangents give 0·∞.
  const steep = kinks.filter(({ limit }) => limit.kind === "jump");
  const isBesideSteep = (at: Place) => steep.some(({ i, k, j }) => i === at.i || (k === at.k && j === at.j));
  const wrong = mismatches.filter((at) => !(Number.isNaN(at.actual) && isBesideSteep(at)));
  return { mismatches: wrong, kinks, checked: places(inputs).length * rows.length, found, differences };
}

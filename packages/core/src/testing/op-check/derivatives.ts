import { withBackend } from "../../backend/evaluate.ts";
import { interpreter } from "../../backend/interpreter.ts";
import { formatType } from "../../dtype.ts";
import { ChainruleError } from "../../errors.ts";
import { sameShape } from "../../shape.ts";
import { tensor } from "../../tensor/create.ts";
import { evaluate, type Tensor } from "../../tensor/tensor.ts";
import { vjp } from "../../transform/grad.ts";
import { jvp } from "../../transform/jvp.ts";
import { checkDerivatives, type GradcheckOptions } from "../gradcheck.ts";
import type { GradcheckReport } from "../gradcheck-report.ts";
import { checkSecondDerivatives } from "../gradgradcheck.ts";
import { concatenated } from "../jacobians.ts";
import { type RaisedFunction, raise } from "../linearization.ts";
import {
  backends,
  finding,
  findingsOf,
  floatDTypes,
  floatsOf,
  inDType,
  note,
  ofFloats,
  type Probe,
  type Remark,
} from "./probe.ts";

/** Numbers between −1 and 1 in the shape and dtype of a tensor: multiples of the golden ratio, without a pattern. */
export const directionLike = (x: Tensor, seed: number): Tensor =>
  tensor(
    Array.from({ length: x.size }, (_, i) => 2 * ((0.618_034 * (i + 1) + 0.271_828 * seed) % 1) - 1),
    { shape: x.shape, dtype: x.dtype },
  );

/** The message of the error of an op without a rule for a mode. */
function refusal(f: () => unknown): string | undefined {
  try {
    f();
  } catch (error) {
    if (error instanceof ChainruleError && error.code === "gradient") return error.message;
    throw error;
  }
  return undefined;
}

/** The modes in which an op can be differentiated, and why not in the others. */
export function modesOf(probe: Probe) {
  const f = ofFloats(probe, probe.args);
  const xs = floatsOf(probe.args);
  const reverse = refusal(() => {
    const [y, pull] = vjp(f, ...xs);
    pull(y);
  });
  const forward = reverse ?? refusal(() => jvp(f, [...xs], [...xs]));
  return { reverse, forward };
}

function* remarksOf(report: GradcheckReport): Generator<Remark> {
  yield* findingsOf(report.complaint);
  if (report.kinks.length > 0)
    yield note(`${report.kinks.length} partial derivatives at kinks, jumps or edges`);
}

/** Runs a check against differences on the interpreter, in the modes that the op has. */
function* checked(
  probe: Probe,
  check: (f: RaisedFunction, options: GradcheckOptions) => GradcheckReport,
): Generator<Remark> {
  if (!probe.isDifferentiable) return yield note("the result is not float, so it has no derivative");
  const { reverse, forward } = modesOf(probe);
  if (reverse) return yield note(`no derivative: ${reverse}`);
  if (forward) yield note(`no forward mode: ${forward}`);
  const f = raise("checkOp", (...args: readonly unknown[]) => probe.call(args), probe.args);
  const options = forward ? { modes: ["reverse" as const] } : {};
  yield* remarksOf(withBackend(interpreter, () => check(f, options)));
}

/** Both modes against differences. */
export const derivatives = (probe: Probe): Generator<Remark> =>
  checked(probe, (f, options) => checkDerivatives("derivatives", f, options));

/** Reverse and forward over reverse mode against differences of the gradient. */
export const secondDerivatives = (probe: Probe): Generator<Remark> =>
  checked(probe, (f, options) => checkSecondDerivatives("secondDerivatives", f, options));

/** Σ aᵢ·bᵢ over all elements of all tensors, in double precision. */
function inner(a: readonly Tensor[], b: readonly Tensor[]): number {
  const [x, y] = [concatenated(a), concatenated(b)];
  return x.reduce((sum, xᵢ, i) => sum + xᵢ * y[i]!, 0);
}

/** The relative error that the two sides of the identity may have. */
const unit = { float32: 3e-6, float64: 1e-14 };

/** The directional derivatives of an op by both modes. */
function directional(probe: Probe, args: readonly unknown[]) {
  const f = ofFloats(probe, args);
  const xs = floatsOf(args);
  const v = xs.map((x) => directionLike(x, 1));
  const [y, ẏ] = jvp(f, [...xs], [...v]);
  const u = directionLike(y, 2);
  return { xs, v, ẏ, u, x̄: vjp(f, ...xs)[1](u) as readonly Tensor[] };
}

/** The types of gradients, and ⟨u, J·v⟩ = ⟨Jᵀ·u, v⟩ for the two modes, on every backend in float32 and float64. */
export function* adjoint(probe: Probe): Generator<Remark> {
  if (!probe.isDifferentiable || modesOf(probe).forward) return;
  for (const backend of backends) {
    const made = withBackend(backend, () => {
      const all = floatDTypes.map((dtype) => directional(probe, inDType(probe.args, dtype)));
      evaluate(all.flatMap(({ ẏ, x̄ }) => [ẏ, ...x̄]));
      return all;
    });
    for (const [k, dtype] of floatDTypes.entries()) {
      const { xs, v, ẏ, u, x̄ } = made[k]!;
      const where = `in ${dtype} on ${backend.name}`;
      const misfit = x̄.findIndex((g, i) => !sameShape(g.shape, xs[i]!.shape) || g.dtype !== dtype);
      if (misfit >= 0)
        yield finding(
          `the gradient of argument ${misfit} is ${formatType(x̄[misfit]!)}, the argument ${formatType(xs[misfit]!)}, ${where}`,
        );
      const [forward, reverse] = [inner([u], [ẏ]), inner(x̄, v)];
      const scale = 1 + inner([u.abs()], [ẏ.abs()]);
      if (!(Math.abs(forward - reverse) <= unit[dtype] * scale))
        yield finding(`⟨u, J·v⟩ is ${forward} by forward mode and ${reverse} by reverse mode, ${where}`);
    }
  }
}

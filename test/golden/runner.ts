import { ChainruleError, type DType, evaluate, jvp, type Tensor, tensor, vjp } from "@chainrule/core";
import { type Adapters, NotCovered } from "./adapter.ts";
import { type Case, type Family, restored, revived, type Stored, type Tolerance } from "./case.ts";
import { compare, type Difference } from "./compare.ts";

export interface Result {
  readonly id: string;
  readonly op: string;
  readonly status: "passed" | "failed" | "uncovered";
  /** The largest error, in tolerances. */
  readonly error: number;
  /** What is wrong, or where the largest error is. */
  readonly text: string;
}

type Named = Readonly<Record<string, Tensor>>;

const byName = (stored: readonly Stored[]): Named =>
  Object.fromEntries(stored.map((s) => [s.name, restored(s)]));

/** The call of a case as a function of the inputs that it is differentiated by. */
function callOf(kase: Case, adapters: Adapters): (variables: Named) => Named {
  const adapter = adapters[kase.op];
  if (!adapter) throw new NotCovered(`no adapter for ${kase.op}`);
  const fixed = byName(kase.inputs);
  const attrs = revived(kase.attrs ?? {}) as Case["attrs"];
  return (variables) => {
    const result = adapter({ inputs: { ...fixed, ...variables }, attrs });
    return "node" in result ? { out: result as Tensor } : result;
  };
}

/** A fixed direction of numbers in [−1, 1] for a tensor, by a linear congruence. */
function direction(x: Tensor): Tensor {
  let state = 12345;
  const next = () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state / 2 ** 32) * 2 - 1;
  };
  return tensor(Float64Array.from({ length: x.size }, next), { shape: x.shape, dtype: x.dtype });
}

/** ⟨u, v⟩ over pairs of tensors, and the same of absolute values. */
function inner(us: readonly Tensor[], vs: readonly Tensor[]): readonly [number, number] {
  let [sum, size] = [0, 0];
  us.forEach((u, k) => {
    const v = (vs[k] as Tensor).data();
    u.data().forEach((a, i) => {
      const term = a * (v[i] as number);
      sum += term;
      size += Math.abs(term);
    });
  });
  return [sum, size];
}

/** Forward mode against reverse: ⟨ȳ, J·v⟩ = ⟨Jᵀ·ȳ, v⟩ for a fixed v, wherever the latter is finite. */
function compareModes(
  f: (x: Named) => Tensor[],
  x: Named,
  ȳ: readonly Tensor[],
  x̄: readonly Tensor[],
  { rtol, atol }: Tolerance,
): Difference {
  const v = Object.fromEntries(Object.entries(x).map(([name, t]) => [name, direction(t)]));
  const [, ẏ] = jvp(f, [x], [v]);
  const [forward, size] = inner(ȳ, ẏ);
  const [reverse, other] = inner(x̄, Object.values(v));
  const error = Math.abs(forward - reverse) / (atol + rtol * Math.max(size, other));
  return {
    error: Number.isFinite(reverse) ? error : 0,
    text: `forward mode ${forward}, reverse mode ${reverse}`,
  };
}

/** Gradients, both modes, and gradients of gradients. */
function* derivatives(
  kase: Case,
  f: (x: Named) => Named,
  tolerance: Tolerance,
  check: (what: string, actual: Tensor | undefined, expected: Stored) => Difference,
): Generator<Difference> {
  const { grads = [], gradOutputs = [], gradgrad } = kase;
  const asked = gradOutputs.filter((s) => s !== null);
  const ȳ = asked.map(restored);
  const names = new Set(grads.map((g) => g.name));
  const x = byName(kase.inputs.filter((s) => names.has(s.name)));
  const differentiable = (variables: Named): Tensor[] => {
    const y = f(variables);
    return asked.map((s) => y[s.name] as Tensor);
  };
  const x̄ = vjp(differentiable, x)[1](ȳ)[0] as Named;
  evaluate(...Object.values(x̄));
  for (const g of grads) yield check(`gradient of ${g.name}`, x̄[g.name], g);
  if (kase.dtype === "float64") yield compareModes(differentiable, x, ȳ, Object.values(x̄), tolerance);
  if (!gradgrad) return;
  const [, pull] = vjp((x: Named, ȳ: Tensor[]) => vjp(differentiable, x)[1](ȳ)[0] as Named, x, ȳ);
  const u = byName(gradgrad.vectors);
  const [ofInputs, ofCotangents] = pull(Object.fromEntries(Object.keys(x).map((k) => [k, u[k] as Tensor])));
  evaluate(...Object.values(ofInputs), ...ofCotangents);
  for (const g of gradgrad.gradsInputs) yield check(`second gradient of ${g.name}`, ofInputs[g.name], g);
  for (const [i, g] of gradgrad.gradsGradOutputs.filter((s) => s !== null).entries())
    yield check(`second gradient of the cotangent of ${g.name}`, ofCotangents[i], g);
}

function* differences(kase: Case, family: Family, adapters: Adapters): Generator<Difference> {
  const toleranceFor = (dtype: DType) => kase.tol ?? family.tol[dtype] ?? { rtol: 0, atol: 0 };
  const signedZero = kase.tags?.includes("signed-zero") ?? false;
  const check = (what: string, actual: Tensor | undefined, expected: Stored) =>
    compare(what, actual, expected, toleranceFor(expected.dtype), signedZero);
  const f = callOf(kase, adapters);
  const y = f({});
  evaluate(...Object.values(y));
  for (const s of kase.outputs ?? []) yield check(s.name, y[s.name], s);
  if (kase.grads) yield* derivatives(kase, f, toleranceFor(kase.dtype), check);
}

/** Whether the call, evaluated, is refused by the library itself. */
function* refusal(kase: Case, adapters: Adapters): Generator<Difference> {
  const f = callOf(kase, adapters);
  try {
    evaluate(...Object.values(f({})));
  } catch (error) {
    if (!(error instanceof ChainruleError)) throw error;
    return;
  }
  yield { error: Number.POSITIVE_INFINITY, text: "the call must throw, and does not" };
}

/** Runs one case: values, gradients, agreement of both modes, second gradients; or that the call throws. */
export function runCase(kase: Case, family: Family, adapters: Adapters): Result {
  const named = { id: kase.id, op: kase.op };
  let worst: Difference = { error: 0, text: "" };
  try {
    const all = kase.throws ? refusal(kase, adapters) : differences(kase, family, adapters);
    for (const difference of all) if (difference.error > worst.error) worst = difference;
  } catch (error) {
    if (error instanceof NotCovered) return { ...named, status: "uncovered", error: 0, text: error.message };
    worst = { error: Number.POSITIVE_INFINITY, text: String(error) };
  }
  return { ...named, status: worst.error <= 1 ? "passed" : "failed", ...worst };
}

/** Runs every case of a family. */
export const runFamily = (family: Family, adapters: Adapters): Result[] =>
  family.cases.map((kase) => runCase(kase, family, adapters));

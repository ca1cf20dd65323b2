import { compile, evaluate, grad, type Tensor } from "@chainrule/core";
import { makeInterpreter, withBackend } from "@chainrule/core/testing";
import { type Program, programOf } from "./chains.ts";
import { type Entry, isFloat } from "./entry.ts";
import { plainWasm } from "./plain.ts";

const exact = makeInterpreter({ exact: true });

const dataOf = (x: Tensor): number[] => Array.from(x.data());

/** Where two tensors differ in a bit; undefined where they do not. */
function difference(a: readonly number[], b: readonly number[]): string | undefined {
  const i = a.findIndex((v, k) => !Object.is(v, b[k]));
  return a.length === b.length && i < 0
    ? undefined
    : `element ${i} of ${b.length}: ${a[i]}, expected ${b[i]}`;
}

/** Where numbers differ by more than rounding. */
function distance(a: readonly number[], b: readonly number[], tolerance: number): string | undefined {
  const scale = 1 + b.reduce((n, v) => (Number.isFinite(v) ? Math.max(n, Math.abs(v)) : n), 0);
  const i = a.findIndex(
    (v, k) => !Object.is(v, b[k]) && !(Math.abs(v - (b[k] as number)) <= tolerance * scale),
  );
  return a.length === b.length && i < 0
    ? undefined
    : `element ${i} of ${b.length}: ${a[i]}, expected ${b[i]}`;
}

/** The floats that a program makes, weighed and added up. */
const lossOf = (made: readonly Entry[]): Tensor | undefined =>
  made
    .filter((e) => isFloat(e.x.dtype) && e.x.requiresGrad !== undefined)
    .map((e, k) => e.x.mul(0.5 + 0.25 * k).sum())
    .reduce<Tensor | undefined>((a, b) => (a ? a.add(b) : b), undefined);

/** The gradient of a program in its first float input, and that of its sum of squares. */
function gradientsOf(program: Program, inputs: readonly Tensor[], at: number): ((x: Tensor) => Tensor)[] {
  const given = (x: Tensor) => inputs.map((other, k) => (k === at ? x : other));
  const loss = (x: Tensor) => lossOf(program.run(given(x))) as Tensor;
  const first = (x: Tensor): Tensor => grad(loss)(x);
  const second = (x: Tensor): Tensor => grad((t: Tensor) => first(t).mul(0.5).square().sum())(x);
  return [first, second];
}

/**
 * What is wrong with a program: compiled : read step by step, and : without any optimization, to the bit; : the interpreter;
 * gradients to second order.
 */
export function faultOf(program: Program): string | undefined {
  const inputs = program.inputs();
  const eager = program.run(inputs, (x) => evaluate(x));
  const compileAll = () => compile((...xs: Tensor[]) => program.run(xs).map((e) => e.x));
  const compiled = compileAll()(...inputs);
  const plain = withBackend(plainWasm, () => compileAll()(...program.inputs()).map(dataOf));
  const truth = withBackend(exact, () => program.run(program.inputs()).map((e) => dataOf(e.x)));
  for (const [k, e] of eager.entries()) {
    const [read, fused, expected] = [dataOf(e.x), dataOf(compiled[k] as Tensor), truth[k] as number[]];
    const found = difference(fused, read);
    if (found) return `result ${k}, compiled : step by step, ${found}`;
    const changed = difference(fused, plain[k]!);
    if (changed) return `result ${k}, optimized : not optimized, ${changed}`;
    const far = e.exact ? difference(read, expected) : distance(read, expected, 1e-3);
    if (far) return `result ${k}, wasm : interpreter, ${far}`;
  }
  const at = inputs.findIndex((x) => isFloat(x.dtype));
  if (at < 0 || !lossOf(eager)) return undefined;
  for (const [order, gradient] of gradientsOf(program, inputs, at).entries()) {
    const x = inputs[at] as Tensor;
    const read = dataOf(gradient(x));
    const found = difference(dataOf(compile(gradient)(x)), read);
    if (found) return `gradient ${order + 1}, compiled : eager, ${found}`;
    const plain = withBackend(plainWasm, () => dataOf(compile(gradient)(program.inputs()[at]!)));
    const changed = difference(read, plain);
    if (changed) return `gradient ${order + 1}, optimized : not optimized, ${changed}`;
    const expected = withBackend(exact, () => dataOf(gradient(program.inputs()[at] as Tensor)));
    const far = distance(read, expected, 1e-2);
    if (far) return `gradient ${order + 1}, wasm : interpreter, ${far}`;
  }
  return undefined;
}

function attempt(seed: number, most?: number): string | undefined {
  const program = programOf(seed, most);
  try {
    const fault = faultOf(program);
    return fault && `${fault}\n  ${program.trace()}`;
  } catch (error) {
    return `${(error as Error).stack?.split("\n").slice(0, 4).join("\n  ")}\n  ${program.trace()}`;
  }
}

/** What is wrong with the program of a seed, cut to as few steps as show it. */
export function report(seed: number): string | undefined {
  const whole = attempt(seed);
  if (whole === undefined) return undefined;
  for (let most = 1; most < 12; most++) {
    const fault = attempt(seed, most);
    if (fault) return `program ${seed}, first ${most} steps: ${fault}`;
  }
  return `program ${seed}: ${whole}`;
}

import { checkArguments, type Signature } from "../arguments.ts";
import type { Executable } from "../backend/backend.ts";
import { fail } from "../errors.ts";
import { Node, nodeHook } from "../graph/node.ts";
import { currentRecorder, dynamicNumber } from "../tensor/recorder.ts";
import { Tensor, type TensorLike } from "../tensor/tensor.ts";
import { isTransforming } from "../transform/trace.ts";
import { emptyFlattened } from "./flattened.ts";
import { TracedArguments } from "./inputs.ts";
import { record } from "./record.ts";
import { run, type Specialization } from "./specialization.ts";
import { Specializations } from "./specializations.ts";

const dynamicArguments: Signature = { read: "function" };

/**
 * A number for formulas that a compiled function reads again at each call, such as a learning rate that a schedule
 * changes. Outside of compiled functions it is the number itself. It adapts to dtypes as a JavaScript number does.
 *
 * @param read gives the number
 * @throws if `read` does not return a number
 *
 * @example
 * let rate = 0.5;
 * const scale = compile((x: Tensor) => x.mul(dynamic(() => rate)));
 * console.log(scale(tensor(4)).item()); //=> 2
 * rate = 0.25;
 * console.log(scale(tensor(4)).item()); //=> 1
 */
export function dynamic(read: () => number): TensorLike {
  checkArguments("dynamic", dynamicArguments, arguments);
  const node = dynamicNumber(read);
  if (node instanceof Node) return new Tensor(node);
  return typeof node === "number"
    ? node
    : fail("value", "dynamic", `the function returned ${typeof node}; it must return a number`);
}

const specializationsOf = new WeakMap<object, Specializations>();

/** Releases the executables of compiled functions that are garbage. */
const cleanup = new FinalizationRegistry<ReadonlySet<Executable>>((executables) => {
  for (const executable of executables) executable.release?.();
});

/** The specialization of a compiled function for arguments of a structure that it was called with before. */
export const compiledSpecialization = (f: object, args: readonly unknown[]): Specialization | undefined =>
  specializationsOf.get(f)?.find(args, emptyFlattened());

const compileArguments: Signature = { f: "function" };

/**
 * f as one program: it is traced once for each structure of its arguments (shapes, dtypes, other values) and then runs
 * without building a graph. Results and state are those of f: parameters, buffers, gradients, optimizers, schedules,
 * generators, and what f writes into its arguments. A call that fails changes nothing.
 *
 * - Gradients are kept for later readers, except those that the step of an optimizer inside consumes and that the next
 *   call does not add to: reading one throws, and the error says to return it.
 * - Results have a history if those of f have one; `backward()` on them computes f once more.
 * - Modes, `dynamic` numbers, `train()`, and the options of modules and optimizers may change between calls.
 * - An object with state that f makes, such as a `Cell`, an optimizer or a `Generator`, starts anew at each call and must
 *   stay inside; f is traced twice then. A `Cell` that f returns is returned as its value.
 * - Other JavaScript values that f reads, besides its arguments and `guard`, keep the values of the trace; other effects,
 *   besides `sideEffect`, happen only during the trace.
 *
 * Inside another compiled function, or a function that `grad` and its like differentiate, f runs as part of that one.
 *
 * @param f the function; its arguments and its result are tensors, other values, or containers of them
 * @returns a function of the same arguments
 * @throws if f reads the elements of a tensor or branches on them, is async or a generator, keeps an object with state
 * that it made, sets a field of a module, or is given typed arrays, iterators, promises or getters
 *
 * @example
 * const step = compile((w: Tensor, x: Tensor) => x.matmul(w).relu().sum());
 * console.log(step(tensor([1, -1]), tensor([[2, 1], [3, 5]])).item()); //=> 1
 */
export function compile<A extends readonly unknown[], Y>(f: (...args: A) => Y): (...args: A) => Y {
  checkArguments("compile", compileArguments, arguments);
  const specializations = new Specializations();
  const compiled = (...args: A): Y => {
    if (currentRecorder() || isTransforming()) return f(...args);
    const found = emptyFlattened();
    const known = specializations.find(args, found);
    const traced = known ? null : new TracedArguments(args);
    const inputs = traced?.found ?? found;
    const { tensors } = inputs;
    if (tensors.some((x) => x.node.value === null)) Tensor.evaluate(tensors);
    if (known && (known.hookedNodes || !nodeHook)) return run(known, found, false) as Y;
    const made = record(f, args, traced ?? new TracedArguments(args));
    specializations.add(made);
    return run(made, inputs, true) as Y;
  };
  specializationsOf.set(compiled, specializations);
  cleanup.register(compiled, specializations.executables);
  return compiled;
}

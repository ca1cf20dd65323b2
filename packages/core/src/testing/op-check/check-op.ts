import { checkArguments, describe, type Signature } from "../../arguments.ts";
import { isFloat } from "../../dtype.ts";
import { fail } from "../../errors.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { raise, requireFinite } from "../linearization.ts";
import { RecordedGraph } from "../recorded-graph.ts";
import { type CheckName, checkNames, checks } from "./checks.ts";
import { type OpRemark, OpReport } from "./op-report.ts";
import type { AnyOp, CheckOpOptions, Probe } from "./probe.ts";

const checkOpArguments: Signature = {
  op: "function",
  samples: "list",
  options: { formula: "function", reference: "function", skip: "list" },
};

/** The op at one sample call. @throws if the sample is no list of arguments with a finite float tensor, or gives no tensor */
function probeOf(op: AnyOp, args: unknown, index: number, options: CheckOpOptions): Probe {
  if (!Array.isArray(args))
    fail(
      "value",
      "checkOp",
      `sample ${index} is ${describe(args)}; it must be the list of arguments of a call. Did you mean [[x], …]?`,
    );
  const call = (values: readonly unknown[]): Tensor => {
    const y = (op as (...args: readonly unknown[]) => unknown)(...values);
    return y instanceof Tensor ? y : fail("value", "checkOp", `the op returned ${describe(y)}, not a tensor`);
  };
  const raised = raise("checkOp", (...values: readonly unknown[]) => call(values), args);
  for (const [i, x] of raised.xs.entries())
    requireFinite("checkOp", { name: `x${i}`, tensor: x }, "other samples");
  const graph = new RecordedGraph(raised);
  return {
    args,
    call,
    isElementwise: graph.isElementwise,
    hasCustomRule: graph.hasCustomRule,
    isDifferentiable: graph.outputs.every((y) => isFloat(y.dtype)),
    options,
  };
}

function* remarksOf(check: CheckName, probe: Probe, sample: number): Generator<OpRemark> {
  try {
    for (const remark of checks[check](probe)) yield { ...remark, check, sample };
  } catch (error) {
    yield { kind: "finding", text: error instanceof Error ? error.message : String(error), check, sample };
  }
}

/**
 * Does for an op of yours what the tests of this library do for its own. For each sample call:
 *
 * - `value`: the result on every backend, in float32 and float64, and by an independent definition, if the options state one
 * - `derivatives`, `secondDerivatives`: both modes against differences, as `gradcheck` and `gradgradcheck` do
 * - `adjoint`: ⟨u, J·v⟩ = ⟨Jᵀ·u, v⟩ for the two modes, and the types of gradients
 * - `broadcasting`: smaller operands of an elementwise op against the same operands written out, in value and gradient
 * - `zeroSize`: operands without elements
 * - `specialValues`: NaN, ±∞, ±0 and extremes, and nothing of them in a branch of `where` that is not taken
 * - `dtypes`: results of float32, float64, mixed, int32 and bool operands
 *
 * @param op a function of tensors that returns a tensor: one made with `elementwise`, `customGradient` or `hostOp`, or a
 * plain one
 * @param samples the lists of arguments of sample calls, small and inside the domain of the op; its float tensors vary
 * @param options `formula`, an elementwise op as a function of numbers; `reference`, any op as a function of the arguments;
 * `skip`, names of checks to leave out
 * @returns a report, which prints as a list; its `assert()` throws unless all is right
 * @throws without samples, or if a sample lacks a float tensor, is not finite, or if the op does not return a tensor of it
 *
 * @example
 * const { mul } = scalar;
 * const cube = elementwise("cube", { f: (x) => mul(x, mul(x, x)), d: (_y, x) => [mul(3, mul(x, x))] });
 * const report = checkOp(cube, [[tensor([0.5, -2])]], { formula: (x) => x ** 3 });
 * console.log(report.ok, report.assert().checks.length); //=> true 8
 */
export function checkOp(
  op: AnyOp,
  samples: readonly (readonly unknown[])[],
  options: CheckOpOptions = {},
): OpReport {
  checkArguments("checkOp", checkOpArguments, arguments);
  if (samples.length === 0) fail("value", "checkOp", "there is no sample. Did you mean checkOp(op, [[x]])?");
  const unknown = options.skip?.find((name) => !checkNames.includes(name as CheckName));
  if (unknown !== undefined)
    fail(
      "value",
      "checkOp",
      `there is no check ${describe(unknown)}; the checks are ${checkNames.join(", ")}`,
    );
  const run = checkNames.filter((name) => !options.skip?.includes(name));
  const probes = samples.map((args, i) => probeOf(op, args, i, options));
  return new OpReport(
    run,
    run.flatMap((check) => probes.flatMap((probe, i) => [...remarksOf(check, probe, i)])),
  );
}

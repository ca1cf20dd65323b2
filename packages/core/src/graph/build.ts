import { type DType, isFloat } from "../dtype.ts";
import { fail } from "../errors.ts";
import { formatShape, type Shape } from "../shape.ts";
import { Node, type Op } from "./node.ts";

let recording = true;

/** Whether new nodes keep what gradients need. */
export const isRecording = (): boolean => recording;

/** Runs `f` with the recording of what gradients need switched on or off. */
export function withRecording<T>(on: boolean, f: () => T): T {
  const before = recording;
  recording = on;
  try {
    return f();
  } finally {
    recording = before;
  }
}

/** Loops count in 32 bits, with a sign. */
export const longestAxis = 2 ** 31 - 1;

let rewriting = true;

/** Whether compositions are rewritten. */
export const isRewriting = (): boolean => rewriting;

/** Runs `f` with rewrites switched on or off. */
export function withRewriting<T>(on: boolean, f: () => T): T {
  const before = rewriting;
  rewriting = on;
  try {
    return f();
  } finally {
    rewriting = before;
  }
}

const needsGrad = (x: Node): boolean => x.needsGrad;

function refuse(op: Op, shape: Shape, n: number): never {
  if (n > longestAxis)
    fail(
      "shape",
      op.name,
      `an axis of ${n} elements; the longest has ${longestAxis}. Did you mean several axes?`,
    );
  fail("shape", op.name, `${formatShape(shape)} is not a shape: sizes are integers ≥ 0`);
}

/**
 * A node of canonical inputs; it needs a gradient when an input does, its dtype has one and recording is on.
 * @throws if a size is not an integer ≥ 0, or an axis is longer than loops can count.
 */
export function build(op: Op, inputs: readonly Node[], shape: Shape, dtype: DType): Node {
  for (const n of shape) if (!(n >= 0 && n <= longestAxis && Number.isInteger(n))) refuse(op, shape, n);
  return new Node(op, inputs, shape, dtype, recording && isFloat(dtype) && inputs.some(needsGrad));
}

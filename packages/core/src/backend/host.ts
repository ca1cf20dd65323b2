import { fail, requireSynchronous } from "../errors.ts";
import type { Host, HostView } from "../graph/node.ts";

/** The host op whose function runs at present. */
let running: string | undefined;

/** Runs the function of a host op, on a result that is zero. @throws what the function throws, and where it is async */
export function runHost(op: Host, out: HostView, inputs: readonly HostView[]): void {
  running = op.name;
  try {
    out.data.fill(0);
    requireSynchronous(op.name, op.compute(out, inputs));
    // A byte of another number would be true, and yet not equal to true.
    if (out.dtype === "bool") for (const [i, x] of out.data.entries()) out.data[i] = Number(x !== 0);
  } finally {
    running = undefined;
  }
}

/** @throws inside the function of a host op: a program is running, whose memory another one would overwrite. */
export function requireOutsideHost(): void {
  if (running !== undefined)
    fail("state", running, "its function reads a tensor. It may use only the elements that it is given");
}

import { fail } from "../errors.ts";
import type { Host, HostView } from "../graph/node.ts";

/** The host op whose function runs at present. */
let running: string | undefined;

/** Runs the function of a host op. */
export function runHost(op: Host, out: HostView, inputs: readonly HostView[]): void {
  running = op.name;
  try {
    op.compute(out, inputs);
  } finally {
    running = undefined;
  }
}

/** @throws inside the function of a host op: a program is running, whose memory another one would overwrite. */
export function requireOutsideHost(): void {
  if (running !== undefined)
    fail("state", running, "its function reads a tensor. It may use only the elements that it is given");
}

import { readBuffers, withKernels } from "../ir/buffers.ts";
import type { Buffer } from "../ir/kernel.ts";
import type { Kernel, Program } from "../ir/program.ts";

/**
 * Rewrites kernels from the last to the first; null removes one. `live` holds the buffers that outputs are in or that
 * later kernels read.
 */
export function rewriteBackward(
  program: Program,
  rewrite: (kernel: Kernel, live: ReadonlySet<Buffer>) => Kernel | null,
): Program {
  const live = new Set(program.outputs);
  const kernels: Kernel[] = [];
  for (const kernel of [...program.kernels].reverse()) {
    const rewritten = rewrite(kernel, live);
    if (!rewritten) continue;
    kernels.push(rewritten);
    for (const buffer of readBuffers(rewritten)) live.add(buffer);
  }
  return withKernels(program, kernels.reverse());
}

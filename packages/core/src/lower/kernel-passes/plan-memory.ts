import { buffersOf } from "../ir/buffers.ts";
import type { Buffer } from "../ir/kernel.ts";
import { bytesOf, type Program } from "../ir/program.ts";
import type { Target } from "../target.ts";
import { canAlias } from "./in-place.ts";

interface Range {
  readonly from: number;
  readonly to: number;
}

/** The free ranges of an unbounded block; allocation is first fit. */
class FreeRanges {
  /** Sorted, with used ranges between. */
  readonly #free: Range[] = [{ from: 0, to: Number.POSITIVE_INFINITY }];

  allocate(size: number): number {
    const k = this.#free.findIndex(({ from, to }) => to - from >= size);
    const { from, to } = this.#free[k]!;
    this.#free.splice(k, 1, ...(to - from === size ? [] : [{ from: from + size, to }]));
    return from;
  }

  /** Frees a range and coalesces it with its free neighbours. */
  free({ from, to }: Range): void {
    const next = this.#free.findIndex((range) => range.from >= to);
    const [before, after] = [this.#free[next - 1], this.#free[next]!];
    const joinsBefore = before?.to === from;
    const joinsAfter = after.from === to;
    const range = { from: joinsBefore ? before.from : from, to: joinsAfter ? after.to : to };
    this.#free.splice(joinsBefore ? next - 1 : next, Number(joinsBefore) + Number(joinsAfter), range);
  }
}

/** The first and the last kernel that use each scratch buffer. */
function lifetimes(scratch: readonly (readonly Buffer[])[]) {
  const first = new Map<Buffer, number>();
  const last = new Map<Buffer, number>();
  scratch.forEach((buffers, k) => {
    for (const buffer of buffers) {
      if (!first.has(buffer)) first.set(buffer, k);
      last.set(buffer, k);
    }
  });
  return { first, last };
}

/**
 * Assigns offsets to scratch buffers by lifetime: in place over an operand whose last use is the kernel that defines the
 * buffer, and first fit otherwise.
 */
export function planMemory(program: Program, target: Target): Program {
  const { kernels, inputs, outputs } = program;
  const sizeOf = (b: Buffer): number =>
    Math.ceil((b.size * bytesOf[b.dtype] + target.readPastEnd) / target.alignment) * target.alignment;
  const external = new Set([...inputs, ...outputs]);
  const scratch = kernels.map((kernel) =>
    buffersOf(kernel)
      .filter((b) => !external.has(b))
      .sort((a, b) => a.id - b.id),
  );
  const { first, last } = lifetimes(scratch);
  const offsets = new Map<Buffer, number>();
  const ranges = new FreeRanges();
  let bytes = 0;
  kernels.forEach((kernel, k) => {
    const ending = new Set(scratch[k]!.filter((b) => last.get(b) === k));
    for (const buffer of scratch[k]!) {
      if (first.get(buffer) !== k) continue;
      const canReplace = (operand: Buffer): boolean =>
        kernel.kind === "nest" && first.get(operand) !== k && canAlias(kernel, buffer, operand);
      const operand = target.reusesOperands ? [...ending].find(canReplace) : undefined;
      if (operand) ending.delete(operand);
      const from = operand ? offsets.get(operand)! : ranges.allocate(sizeOf(buffer));
      offsets.set(buffer, from);
      bytes = Math.max(bytes, from + sizeOf(buffer));
    }
    for (const buffer of ending) {
      const from = offsets.get(buffer)!;
      ranges.free({ from, to: from + sizeOf(buffer) });
    }
  });
  return { ...program, plan: { offsets, bytes } };
}

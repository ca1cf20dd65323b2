import type { FunctionBuilder } from "./assembler.ts";

/** Opens a loop that counts `i` from 0 below `size`. */
export function emitLoop(f: FunctionBuilder, size: number, body: (i: number) => void): void {
  if (size === 0) return;
  const i = f.local("i32");
  f.i32(0).set(i);
  f.loop(() => {
    body(i);
    f.get(i).i32(1).op("i32.add").tee(i).i32(size).op("i32.lt_s").brIf(0);
  });
}

/** Opens a loop for each size, the last innermost. */
export function emitNestedLoops(
  f: FunctionBuilder,
  sizes: readonly number[],
  body: (counters: readonly number[]) => void,
  done: readonly number[] = [],
): void {
  if (done.length === sizes.length) return body(done);
  emitLoop(f, sizes[done.length] as number, (i) => emitNestedLoops(f, sizes, body, [...done, i]));
}

/** Puts base + Σ counter·step·bytes on the stack. */
export function pushAddress(
  f: FunctionBuilder,
  base: number,
  counters: readonly number[],
  steps: readonly number[],
  bytes: number,
  start = 0,
): void {
  f.get(base)
    .i32(start * bytes)
    .op("i32.add");
  counters.forEach((c, k) => {
    if (steps[k] !== 0)
      f.get(c)
        .i32((steps[k] as number) * bytes)
        .op("i32.mul")
        .op("i32.add");
  });
}

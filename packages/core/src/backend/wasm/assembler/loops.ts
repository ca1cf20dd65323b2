import type { FunctionBuilder } from "./assembler.ts";

/** `do body() while (condition)`. */
export function emitDoWhile(f: FunctionBuilder, body: () => void, pushCondition: () => void): void {
  f.loop(() => {
    body();
    pushCondition();
    f.brIf(0);
  });
}

/** `until (condition) body()`. */
export function emitUntil(f: FunctionBuilder, pushCondition: () => void, body: () => void): void {
  f.block(() =>
    f.loop(() => {
      pushCondition();
      f.brIf(1);
      body();
      f.br(0);
    }),
  );
}

/** `for (; i < end; i += step) body()` for a local that is `start` at first; no code where there is no iteration. */
export function emitSteps(
  f: FunctionBuilder,
  i: number,
  [start, end]: readonly [start: number, end: number],
  step: number,
  body: () => void,
): void {
  if (start >= end) return;
  emitDoWhile(f, body, () => f.get(i).i32(step).op("i32.add").tee(i).i32(end).op("i32.lt_s"));
}

/** `for (i = 0; i < size; i++) body(i)`, of a constant size. */
export function emitLoop(f: FunctionBuilder, size: number, body: (i: number) => void): void {
  if (size === 0) return;
  const i = f.local("i32");
  f.i32(0).set(i);
  emitSteps(f, i, [0, size], 1, () => body(i));
}

/** A loop for each size, the last innermost. */
export function emitNestedLoops(
  f: FunctionBuilder,
  sizes: readonly number[],
  body: (indices: readonly number[]) => void,
  outer: readonly number[] = [],
): void {
  if (outer.length === sizes.length) return body(outer);
  emitLoop(f, sizes[outer.length]!, (i) => emitNestedLoops(f, sizes, body, [...outer, i]));
}

/** `for (i = 0; i < limit; i += step) body()`, of signed locals and a constant step. */
export function emitForRange(
  f: FunctionBuilder,
  i: number,
  limit: number,
  step: number,
  body: () => void,
): void {
  f.i32(0).set(i);
  emitUntil(
    f,
    () => f.get(i).get(limit).op("i32.ge_s"),
    () => {
      body();
      f.get(i).i32(step).op("i32.add").set(i);
    },
  );
}

/** `do body() while (--count)`; the caller knows that there is an iteration. */
export function emitCountDown(f: FunctionBuilder, count: number, body: () => void): void {
  emitDoWhile(f, body, () => f.get(count).i32(1).op("i32.sub").tee(count));
}

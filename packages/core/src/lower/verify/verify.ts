import { sizeOf } from "../../shape.ts";
import type { Buffer } from "../kernel.ts";
import { buffersOf } from "../plan.ts";
import type { Kernel, Product, ProductAxis, Program } from "../program.ts";
import { check, nameOf } from "./check.ts";
import { checkNest } from "./nest.ts";
import { Stored } from "./stored.ts";

/** The places that an operand of a product has elements at, from the first to the last. */
function checkSpan(
  buffer: Buffer,
  start: number,
  axes: readonly ProductAxis[],
  operand: "a" | "b" | "c",
): void {
  if (axes.some(({ size }) => size === 0)) return;
  const ends = axes.map((x) => (x.size - 1) * x[operand]);
  const low = ends.reduce((n, end) => n + Math.min(0, end), start);
  const high = ends.reduce((n, end) => n + Math.max(0, end), start);
  check(low >= 0 && high < buffer.size, () => `a product reaches ${low} … ${high} of ${nameOf(buffer)}`);
}

function checkProduct({ out, a, b, batch, ms, ns, ks }: Product): void {
  checkSpan(a.buffer, a.start, [...batch, ...ms, ...ns, ...ks], "a");
  checkSpan(b.buffer, b.start, [...batch, ...ms, ...ns, ...ks], "b");
  checkSpan(out, 0, [...batch, ...ms, ...ns], "c");
  const results = sizeOf([...batch, ...ms, ...ns].map((x) => x.size));
  check(results === out.size, () => `a product of ${results} results fills ${nameOf(out)}`);
}

/** The sizes that the buffers of a kernel must have. */
function sizesOf(
  kernel: Exclude<Kernel, { kind: "nest" | "product" }>,
): readonly (readonly [Buffer, number])[] {
  const size = sizeOf(kernel.shape);
  if (kernel.kind === "scatter") {
    const indices = sizeOf(kernel.indexShape);
    return [
      [kernel.out, size],
      [kernel.x, size],
      [kernel.index, indices],
      [kernel.src, indices],
    ];
  }
  if (kernel.kind === "recur")
    return [
      [kernel.out, size],
      [kernel.a, size],
      [kernel.b, size],
    ];
  const parts = kernel.parts.reduce((n, part) => n + part.size, 0);
  return [
    [kernel.out, size],
    [kernel.out, parts],
  ];
}

/**
 * Throws unless a program holds: every buffer has a whole number of elements, whatever is read lies within its buffer and was
 * stored before, whatever is stored lies within it, and every word works in one dtype.
 */
export function verify({ items, kernels, buffers, inputs, outputs }: Program): void {
  const stored = new Stored();
  for (const b of inputs) stored.whole(b);
  for (const b of buffers) check(Number.isInteger(b.size) && b.size >= 0, () => nameOf(b));
  const isForRow = ({ item, size }: Buffer): boolean => size !== sizeOf(items[item]?.shape ?? []);
  for (const kernel of kernels) {
    for (const b of buffersOf(kernel)) check(buffers[b.id] === b, () => `${nameOf(b)} is not the program's`);
    if (kernel.kind === "nest") {
      checkNest(kernel, stored, isForRow);
      continue;
    }
    for (const b of buffersOf(kernel))
      check(b === kernel.out || stored.isWhole(b), () => `${nameOf(b)} is read before it is stored`);
    if (kernel.kind === "product") checkProduct(kernel);
    else
      for (const [b, size] of sizesOf(kernel))
        check(b.size === size, () => `${kernel.kind} takes ${size} elements of ${nameOf(b)}`);
    stored.whole(kernel.out);
  }
  for (const b of outputs) check(stored.isWhole(b), () => `${nameOf(b)} is asked for and not stored`);
}

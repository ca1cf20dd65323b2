import { sizeOf, stridesOf } from "../../shape.ts";
import { buffersOf } from "../ir/buffers.ts";
import type { Buffer } from "../ir/kernel.ts";
import type { BufferView, ConcatKernel, GemmKernel, Kernel, Program } from "../ir/program.ts";
import { check, nameOf } from "./check.ts";
import { checkNest } from "./nest.ts";
import { Stored } from "./stored.ts";

/** What a kernel reads or stores in steps along axes. */
interface Span extends BufferView {
  readonly sizes: readonly number[];
  readonly strides: readonly number[];
}

function checkSpan({ buffer, offset, sizes, strides }: Span): void {
  if (sizes.includes(0)) return;
  const ends = sizes.map((n, d) => (n - 1) * (strides[d] as number));
  const low = ends.reduce((n, end) => n + Math.min(0, end), offset);
  const high = ends.reduce((n, end) => n + Math.max(0, end), offset);
  check(low >= 0 && high < buffer.size, () => `${nameOf(buffer)} at ${low} … ${high}`);
}

/** A tensor that fills a buffer. */
const whole = (buffer: Buffer, sizes: readonly number[]): Span => {
  check(sizeOf(sizes) === buffer.size, () => `${sizeOf(sizes)} results fill ${nameOf(buffer)}`);
  return { buffer, offset: 0, sizes, strides: stridesOf(sizes) };
};

function productSpans({ out, a, b, batch, ms, ns, ks }: GemmKernel): Span[] {
  const results = [...batch, ...ms, ...ns];
  const terms = [...results, ...ks];
  const sizes = terms.map((x) => x.size);
  whole(
    out,
    results.map((x) => x.size),
  );
  return [
    { ...a, sizes, strides: terms.map((x) => x.a) },
    { ...b, sizes, strides: terms.map((x) => x.b) },
    { buffer: out, offset: 0, sizes: results.map((x) => x.size), strides: results.map((x) => x.c) },
  ];
}

function joinSpans({ out, parts, shape, dim }: ConcatKernel): Span[] {
  const rows = sizeOf(shape.slice(0, dim));
  const inner = sizeOf(shape.slice(dim + 1));
  const along = parts.reduce((n, part) => n + part.length, 0);
  check(along === shape[dim], () => `parts of ${along} fill an axis of ${shape[dim]}`);
  const spans = parts.map((part) => ({
    ...part,
    sizes: [rows, part.length * inner],
    strides: [part.row, 1],
  }));
  return [whole(out, shape), ...spans];
}

/** What a kernel that is no nest reads and stores. */
function spansOf(kernel: Exclude<Kernel, { kind: "nest" }>): Span[] {
  if (kernel.kind === "product") return productSpans(kernel);
  if (kernel.kind === "join") return joinSpans(kernel);
  const { out, shape: sizes } = kernel;
  const result = whole(out, sizes);
  if (kernel.kind === "recur") return [result, { ...kernel.a, sizes }, { ...kernel.b, sizes }];
  const { x, index, src, indexShape } = kernel;
  return [result, { ...x, sizes }, { ...index, sizes: indexShape }, { ...src, sizes: indexShape }];
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
    for (const span of spansOf(kernel)) {
      const { buffer } = span;
      checkSpan(span);
      check(
        buffer === kernel.out || stored.isWhole(buffer),
        () => `${nameOf(buffer)} is read before it is stored`,
      );
    }
    stored.whole(kernel.out);
  }
  for (const b of outputs) check(stored.isWhole(b), () => `${nameOf(b)} is asked for and not stored`);
}

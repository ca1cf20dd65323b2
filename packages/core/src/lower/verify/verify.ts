import { sizeOf, stridesOf } from "../../shape.ts";
import { buffersOf } from "../ir/buffers.ts";
import type { Buffer } from "../ir/kernel.ts";
import type { BufferView, ConcatKernel, GemmKernel, Kernel, Program } from "../ir/program.ts";
import { check, nameOf } from "./check.ts";
import { checkNest } from "./nest.ts";
import { checkPlan } from "./plan.ts";
import { Stored } from "./stored.ts";

/** A strided access of a kernel: all elements at offset + Σ iₖ·strides[k]. */
interface StridedAccess extends BufferView {
  readonly sizes: readonly number[];
  readonly strides: readonly number[];
}

function checkBounds({ buffer, offset, sizes, strides }: StridedAccess): void {
  if (sizes.includes(0)) return;
  const ends = sizes.map((n, d) => (n - 1) * strides[d]!);
  const low = ends.reduce((n, end) => n + Math.min(0, end), offset);
  const high = ends.reduce((n, end) => n + Math.max(0, end), offset);
  check(low >= 0 && high < buffer.size, () => `${nameOf(buffer)} at ${low} … ${high}`);
}

/** The access of all elements of a buffer, which has these sizes. */
const whole = (buffer: Buffer, sizes: readonly number[]): StridedAccess => {
  check(sizeOf(sizes) === buffer.size, () => `${sizeOf(sizes)} results fill ${nameOf(buffer)}`);
  return { buffer, offset: 0, sizes, strides: stridesOf(sizes) };
};

function gemmAccesses({ out, a, b, batch, ms, ns, ks }: GemmKernel): StridedAccess[] {
  const results = [...batch, ...ms, ...ns];
  const terms = [...results, ...ks];
  const [resultSizes, sizes] = [results, terms].map((axes) => axes.map(({ size }) => size));
  whole(out, resultSizes!);
  return [
    { ...a, sizes: sizes!, strides: terms.map((x) => x.a) },
    { ...b, sizes: sizes!, strides: terms.map((x) => x.b) },
    { buffer: out, offset: 0, sizes: resultSizes!, strides: results.map((x) => x.c) },
  ];
}

function concatAccesses({ out, parts, shape, dim }: ConcatKernel): StridedAccess[] {
  const rows = sizeOf(shape.slice(0, dim));
  const inner = sizeOf(shape.slice(dim + 1));
  const length = parts.reduce((n, part) => n + part.length, 0);
  check(length === shape[dim], () => `parts of ${length} fill an axis of ${shape[dim]}`);
  const reads = parts.map((part) => ({
    ...part,
    sizes: [rows, part.length * inner],
    strides: [part.row, 1],
  }));
  return [whole(out, shape), ...reads];
}

/** The accesses of a kernel other than a nest. */
function accessesOf(kernel: Exclude<Kernel, { kind: "nest" }>): StridedAccess[] {
  if (kernel.kind === "gemm") return gemmAccesses(kernel);
  if (kernel.kind === "concat") return concatAccesses(kernel);
  const { out, shape: sizes } = kernel;
  const result = whole(out, sizes);
  if (kernel.kind === "host")
    return [result, ...kernel.operands.map(({ buffer, shape }) => whole(buffer, shape))];
  if (kernel.kind === "scan") return [result, { ...kernel.a, sizes }, { ...kernel.b, sizes }];
  const { x, index, src, indexShape } = kernel;
  return [result, { ...x, sizes }, { ...index, sizes: indexShape }, { ...src, sizes: indexShape }];
}

/**
 * Throws unless a program is valid: sizes of buffers are integers, every access is within bounds, elements are stored
 * before they are read, points of parallel axes are independent, every primitive works in one dtype, and buffers that are
 * alive at the same time do not overlap.
 */
export function verify(program: Program): void {
  const { items, kernels, buffers, inputs, outputs } = program;
  const stored = new Stored();
  for (const b of inputs) stored.whole(b);
  for (const b of buffers) check(Number.isInteger(b.size) && b.size >= 0, () => nameOf(b));
  const isRowBuffer = ({ item, size }: Buffer): boolean => size !== sizeOf(items[item]?.shape ?? []);
  for (const kernel of kernels) {
    for (const b of buffersOf(kernel)) check(buffers[b.id] === b, () => `${nameOf(b)} is not the program's`);
    if (kernel.kind === "nest") {
      checkNest(kernel, stored, isRowBuffer);
      continue;
    }
    for (const access of accessesOf(kernel)) {
      const { buffer } = access;
      checkBounds(access);
      check(
        buffer === kernel.out || stored.isWhole(buffer),
        () => `${nameOf(buffer)} is read before it is stored`,
      );
    }
    stored.whole(kernel.out);
  }
  for (const b of outputs) check(stored.isWhole(b), () => `${nameOf(b)} is an output and not stored`);
  checkPlan(program);
}

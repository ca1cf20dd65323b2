import { Index } from "../../lower/ir/index-map.ts";
import type { Buffer, Nest } from "../../lower/ir/kernel.ts";
import type { GemmKernel, Kernel, ScanKernel } from "../../lower/ir/program.ts";
import { type Expr, topologicalOrder } from "../../scalar/expr.ts";
import { childrenOf } from "./nest/loop-depth.ts";

/** A kernel whose code names its buffers only as operands, so that others of the same structure can share it. */
export type SharedKernel = Nest | GemmKernel | ScanKernel;

export const isShared = (kernel: Kernel): kernel is SharedKernel =>
  kernel.kind === "nest" || kernel.kind === "gemm" || kernel.kind === "scan";

/** An expression without its children. */
const shallow = (e: Expr): unknown =>
  e.kind === "apply" ? [e.name, ...e.args] : e.kind === "arg" ? e.index : [e.value, e.type];

/** Structural hashing: kernels of one key differ only in the identity of their buffers, and share one function. */
export function kernelKey(kernel: SharedKernel, buffers: readonly Buffer[]): string {
  const { loops, args } = kernel.kind === "nest" ? kernel : { loops: [], args: [] };
  const statements = loops.flatMap((loop) => loop.statements);
  const expressions = topologicalOrder(
    statements.map((t) => t.value),
    (e) => childrenOf(e, args),
  );
  const names = new Map<unknown, string>([
    ...expressions.map((e, k) => [e, `e${k}`] as const),
    ...buffers.map((b, k) => [b, `b${k} ${b.dtype}`] as const),
  ]);
  return JSON.stringify([expressions.map(shallow), kernel], (key, x) => {
    if (typeof x === "number") return Object.is(x, -0) ? "-0" : String(x);
    if (key === "statement") return statements.indexOf(x);
    return x instanceof Index ? x.key : (names.get(x) ?? x);
  });
}

import { Index } from "../../../lower/ir/index-map.ts";
import type { Buffer, Nest } from "../../../lower/ir/kernel.ts";
import { type Expr, inOrder } from "../../../scalar/expr.ts";
import { childrenOf } from "./loop-depth.ts";

/** A formula's word or leaf, over others. */
const plain = (e: Expr): unknown =>
  e.kind === "apply" ? [e.name, ...e.args] : e.kind === "arg" ? e.index : [e.value, e.type];

/** What a nest does as text, but for which buffers it does it to: nests of one text run the same code. */
export function kernelKey({ outerAxes, loops, args }: Nest, buffers: readonly Buffer[]): string {
  const statements = loops.flatMap((l) => l.statements);
  const formulas = inOrder(
    statements.map((t) => t.value),
    (e) => childrenOf(e, args),
  );
  const names = new Map<unknown, string>([
    ...formulas.map((e, k) => [e, `e${k}`] as const),
    ...buffers.map((b, k) => [b, `b${k} ${b.dtype}`] as const),
  ]);
  return JSON.stringify([formulas.map(plain), outerAxes, loops, args], (key, x) => {
    if (typeof x === "number") return Object.is(x, -0) ? "-0" : String(x);
    if (key === "task") return statements.indexOf(x);
    return x instanceof Index ? x.key : (names.get(x) ?? x);
  });
}

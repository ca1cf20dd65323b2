import type { GraphNode } from "../../graph/canonicalize.ts";
import type { Contraction } from "../../graph/node.ts";
import { stridesOf } from "../../shape.ts";
import type { StridedView } from "../analysis/views.ts";
import type { Buffer } from "../ir/kernel.ts";
import type { BufferView, GemmKernel, GemmAxis as Letter } from "../ir/program.ts";

/** Adjacent axes become one where every operand steps through them as through one. */
function mergeAxes(list: readonly Letter[]): Letter[] {
  const done: Letter[] = [];
  for (const x of list.filter((l) => l.size !== 1)) {
    const last = done.at(-1);
    const one = last && last.a === x.a * x.size && last.b === x.b * x.size && last.c === x.c * x.size;
    if (one) done.pop();
    done.push(one ? { ...x, size: last.size * x.size } : x);
  }
  return done;
}

/** A contraction as matrix products: letters that all three share are batch axes, and of the others one of each kind is m, n or k. */
export function gemmKernel(
  items: readonly GraphNode[],
  i: number,
  op: Contraction,
  views: ReadonlyMap<number, StridedView>,
  bufferOf: (item: number) => Buffer,
): GemmKernel {
  const item = items[i] as GraphNode;
  const [a, b] = item.inputs.map((x) => views.get(x)) as [StridedView, StridedView];
  const out = stridesOf(item.shape);
  const shapeA = (items[item.inputs[0] as number] as GraphNode).shape;
  const shapeB = (items[item.inputs[1] as number] as GraphNode).shape;
  const letter = (l: string): Letter => {
    const [x, y, z] = [op.a.indexOf(l), op.b.indexOf(l), op.out.indexOf(l)];
    const size = (x >= 0 ? shapeA[x] : shapeB[y]) as number;
    return {
      size,
      a: x < 0 ? 0 : (a.strides[x] as number),
      b: y < 0 ? 0 : (b.strides[y] as number),
      c: z < 0 ? 0 : (out[z] as number),
    };
  };
  const letters = [...new Set(op.out + op.a + op.b)];
  const having = (inA: boolean, inB: boolean, inOut: boolean) =>
    mergeAxes(
      letters
        .filter((l) => op.a.includes(l) === inA && op.b.includes(l) === inB && op.out.includes(l) === inOut)
        .map(letter),
    );
  const [ms, ns, ks] = [having(true, false, true), having(false, true, true), having(true, true, false)];
  return {
    kind: "product",
    out: bufferOf(i),
    a: operandView(a, bufferOf),
    b: operandView(b, bufferOf),
    batch: having(true, true, true),
    ms,
    ns,
    ks,
    skip: op.skip,
  };
}

const operandView = (s: StridedView, bufferOf: (item: number) => Buffer): BufferView => ({
  buffer: bufferOf(s.source),
  offset: s.offset,
});

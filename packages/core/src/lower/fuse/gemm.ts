import type { GraphNode } from "../../graph/canonicalize.ts";
import type { Contraction } from "../../graph/op.ts";
import { stridesOf } from "../../shape.ts";
import type { StridedView } from "../analysis/views.ts";
import type { Buffer } from "../ir/kernel.ts";
import type { GemmAxis, GemmKernel } from "../ir/program.ts";

/** Merges adjacent axes that every operand steps through as through one; axes of size 1 go. */
function mergeAxes(axes: readonly GemmAxis[]): GemmAxis[] {
  const merged: GemmAxis[] = [];
  for (const axis of axes.filter(({ size }) => size !== 1)) {
    const last = merged.at(-1);
    const { size, a, b, c } = axis;
    const continues = last && last.a === a * size && last.b === b * size && last.c === c * size;
    if (continues) merged.pop();
    merged.push(continues ? { ...axis, size: last.size * size } : axis);
  }
  return merged;
}

/** A contraction as matrix products: letters of all three are batch axes, the others m (in a), n (in b) or k (in both). */
export function gemmKernel(
  items: readonly GraphNode[],
  node: number,
  op: Contraction,
  views: ReadonlyMap<number, StridedView>,
  bufferOf: (node: number) => Buffer,
): GemmKernel {
  const { inputs, shape } = items[node]!;
  const [a, b] = inputs.map((x) => ({ view: views.get(x)!, shape: items[x]!.shape }));
  const outStrides = stridesOf(shape);
  const axisOf = (letter: string): GemmAxis => {
    const [inA, inB, inOut] = [op.a.indexOf(letter), op.b.indexOf(letter), op.out.indexOf(letter)];
    return {
      size: inA >= 0 ? a!.shape[inA]! : b!.shape[inB]!,
      a: a!.view.strides[inA] ?? 0,
      b: b!.view.strides[inB] ?? 0,
      c: outStrides[inOut] ?? 0,
    };
  };
  const letters = [...new Set(op.out + op.a + op.b)];
  const axesIn = (inA: boolean, inB: boolean, inOut: boolean): GemmAxis[] =>
    mergeAxes(
      letters
        .filter((l) => op.a.includes(l) === inA && op.b.includes(l) === inB && op.out.includes(l) === inOut)
        .map(axisOf),
    );
  return {
    kind: "gemm",
    out: bufferOf(node),
    a: { buffer: bufferOf(a!.view.source), offset: a!.view.offset },
    b: { buffer: bufferOf(b!.view.source), offset: b!.view.offset },
    batch: axesIn(true, true, true),
    ms: axesIn(true, false, true),
    ns: axesIn(false, true, true),
    ks: axesIn(true, true, false),
    skip: op.skip,
  };
}

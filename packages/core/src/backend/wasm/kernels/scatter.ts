import { bytesOf, type ScatterKernel, type StridedOperand } from "../../../lower/ir/program.ts";
import { stridesOf } from "../../../shape.ts";
import type { KernelFunction, KernelInfo } from "../abi/kernel-function.ts";
import { recordFault } from "../abi/table.ts";
import { addScaled, pushElementAddress } from "../assembler/address.ts";
import { emitNestedLoops } from "../assembler/loops.ts";
import { elementOps } from "../instructions/memory.ts";

/** The instruction that adds two elements; booleans saturate. */
const adders = { bool: "i32.or", int32: "i32.add", float32: "f32.add", float64: "f64.add" } as const;

/** Copies x, then adds or writes src at the indices along one axis. */
export function emitScatter({ f, base }: KernelFunction, scatter: ScatterKernel): KernelInfo {
  const { out, x, index, src, dim, shape } = scatter;
  const bytes = bytesOf[out.dtype];
  const { load, store, log2 } = elementOps[out.dtype];
  const strides = stridesOf(shape);
  const push = ({ buffer, offset, strides }: StridedOperand, indices: readonly number[], bytes: number) =>
    pushElementAddress(f, base(buffer), indices, strides, bytes, offset);
  const isWhole = x.offset === 0 && x.buffer.size === out.size && x.strides.every((n, d) => n === strides[d]);
  if (isWhole)
    f.get(base(out))
      .get(base(x.buffer))
      .i32(out.size * bytes)
      .op("memory.copy");
  else
    emitNestedLoops(f, shape, (indices) => {
      pushElementAddress(f, base(out), indices, strides, bytes);
      push(x, indices, bytes);
      f.op(load, log2, 0).op(store, log2, 0);
    });

  const [target, destination] = [f.local("i32"), f.local("i32")];
  const otherStrides = strides.map((n, d) => (d === dim ? 0 : n));
  emitNestedLoops(f, scatter.indexShape, (indices) => {
    const write = () => {
      pushElementAddress(f, base(out), indices, otherStrides, bytes);
      addScaled(f, () => f.get(target), strides[dim]! * bytes);
      f.set(destination).get(destination);
      push(src, indices, bytes);
      f.op(load, log2, 0);
      if (scatter.mode === "scatterAdd") f.get(destination).op(load, log2, 0).op(adders[out.dtype]);
      f.op(store, log2, 0);
    };
    push(index, indices, bytesOf.int32);
    f.op("i32.load", 2, 0).set(target);
    f.get(target).i32(shape[dim]!).op("i32.lt_u");
    f.if(write, () => recordFault(f, out.item));
  });
  return { extent: 1, workspaceBytes: 0 };
}

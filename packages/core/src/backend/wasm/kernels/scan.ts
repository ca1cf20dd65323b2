import { isFloat } from "../../../dtype.ts";
import { bytesOf, type ScanKernel, type StridedOperand } from "../../../lower/ir/program.ts";
import { stridesOf } from "../../../shape.ts";
import { emitParallelLoop, extentOf, type KernelFunction, type KernelInfo } from "../abi/kernel-function.ts";
import { pushElementAddress } from "../assembler/address.ts";
import { emitLoop } from "../assembler/loops.ts";
import { elementOps } from "../instructions/memory.ts";

/** yᵢ = aᵢ·yᵢ₋₁ + bᵢ along one axis, line by line; the lines of a float32 scan keep y in float64. */
export function emitScan({ f, base, ...kernel }: KernelFunction, scan: ScanKernel): KernelInfo {
  const { shape, dim, reverse } = scan;
  const { dtype } = scan.out;
  const bytes = bytesOf[dtype];
  const { load, store, log2 } = elementOps[dtype];
  const isReal = isFloat(dtype);
  const type = isReal ? "f64" : "i32";
  const size = shape[dim]!;
  const lines = shape.flatMap((size, d) => (d === dim ? [] : [{ d, size, index: f.local("i32") }]));
  const view = ({ buffer, offset, strides }: StridedOperand) => {
    const stride = strides[dim]!;
    return {
      local: f.local("i32"),
      buffer,
      first: reverse ? offset + (size - 1) * stride : offset,
      lineStrides: lines.map(({ d }) => strides[d]!),
      step: (reverse ? -stride : stride) * bytes,
    };
  };
  const out: StridedOperand = { buffer: scan.out, offset: 0, strides: stridesOf(shape) };
  const [a, b, y] = [view(scan.a), view(scan.b), view(out)];
  const value = f.local(type);
  const pushZero = () => (isReal ? f.f64(0) : f.i32(0));
  const read = ({ local }: typeof a) => {
    f.get(local).op(load, log2, 0);
    if (dtype === "float32") f.op("f64.promote_f32");
  };

  const next = () => {
    read(a);
    f.get(value).op(`${type}.mul`);
    if (scan.skip) {
      pushZero().get(value);
      pushZero().op(`${type}.ne`).op("select");
    }
    read(b);
    f.op(`${type}.add`).set(value);
  };
  const first = () => {
    read(b);
    f.set(value);
  };

  emitParallelLoop({ f, base, ...kernel }, lines, () => {
    for (const { local, buffer, lineStrides, first } of [a, b, y]) {
      const indices = lines.map(({ index }) => index);
      pushElementAddress(f, base(buffer), indices, lineStrides, bytes, first).set(local);
    }
    pushZero().set(value);
    emitLoop(f, size, (i) => {
      f.get(i).if(next, first);
      f.get(y.local).get(value);
      if (dtype === "float32") f.op("f32.demote_f64");
      f.op(store, log2, 0);
      for (const { local, step } of [a, b, y])
        if (step !== 0) f.get(local).i32(step).op("i32.add").set(local);
    });
  });
  return { extent: extentOf(lines), workspaceBytes: 0 };
}

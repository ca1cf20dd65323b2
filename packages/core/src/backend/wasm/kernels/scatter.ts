import type { Buffer } from "../../../lower/ir/kernel.ts";
import { bytesOf, type ScatterKernel } from "../../../lower/ir/program.ts";
import { stridesOf } from "../../../shape.ts";
import { pushElementAddress } from "../assembler/address.ts";
import type { FunctionBuilder, OpName } from "../assembler/assembler.ts";
import { emitNestedLoops } from "../assembler/loops.ts";
import { recordFault } from "../table.ts";

/** Copies x and then adds or writes src at the places that the index names. */
export function emitScatter(f: FunctionBuilder, s: ScatterKernel, base: (b: Buffer) => number): void {
  const { out, x, index, src, dim } = s;
  const bytes = bytesOf[out.dtype];
  const log2 = Math.log2(bytes);
  const prefix = out.dtype === "float32" ? "f32" : out.dtype === "float64" ? "f64" : "i32";
  const narrow = out.dtype === "bool";
  const load = (narrow ? "i32.load8_u" : `${prefix}.load`) as OpName;
  const store = (narrow ? "i32.store8" : `${prefix}.store`) as OpName;
  const strides = stridesOf(s.shape);
  const place = (of: ScatterKernel["x"], counters: readonly number[], width: number) =>
    pushElementAddress(f, base(of.buffer), counters, of.strides, width, of.offset);
  const whole = x.offset === 0 && x.buffer.size === out.size && x.strides.every((n, d) => n === strides[d]);
  if (whole)
    f.get(base(out))
      .get(base(x.buffer))
      .i32(out.size * bytes)
      .op("memory.copy");
  else
    emitNestedLoops(f, s.shape, (counters) => {
      pushElementAddress(f, base(out), counters, strides, bytes);
      place(x, counters, bytes);
      f.op(load, log2, 0).op(store, log2, 0);
    });
  const [at, to] = [f.local("i32"), f.local("i32")];
  emitNestedLoops(f, s.indexShape, (counters) => {
    place(index, counters, 4);
    f.op("i32.load", 2, 0)
      .set(at)
      .get(at)
      .i32(s.shape[dim] as number)
      .op("i32.lt_u");
    f.if(
      () => {
        pushElementAddress(
          f,
          base(out),
          counters,
          strides.map((n, d) => (d === dim ? 0 : n)),
          bytes,
        );
        f.get(at)
          .i32((strides[dim] as number) * bytes)
          .op("i32.mul")
          .op("i32.add")
          .set(to)
          .get(to);
        place(src, counters, bytes);
        f.op(load, log2, 0);
        if (s.mode === "scatterAdd")
          f.get(to)
            .op(load, log2, 0)
            .op(`${prefix}.${narrow ? "or" : "add"}` as OpName);
        f.op(store, log2, 0);
      },
      () => recordFault(f, out.item),
    );
  });
}

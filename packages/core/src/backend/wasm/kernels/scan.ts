import type { Buffer } from "../../../lower/ir/kernel.ts";
import { bytesOf, type ScanKernel, type StridedOperand } from "../../../lower/ir/program.ts";
import { stridesOf } from "../../../shape.ts";
import { pushElementAddress } from "../assembler/address.ts";
import type { FunctionBuilder, OpName } from "../assembler/assembler.ts";
import { emitLoop, emitNestedLoops } from "../assembler/loops.ts";

/** yᵢ = aᵢ·yᵢ₋₁ + bᵢ along one axis, line after line; float32 lines keep y in float64 between elements. */
export function emitScan(f: FunctionBuilder, r: ScanKernel, base: (b: Buffer) => number): void {
  const { dtype } = r.out;
  const bytes = bytesOf[dtype];
  const n = r.shape[r.dim] as number;
  const float = dtype === "float32" || dtype === "float64";
  const wide = float ? "f64" : "i32";
  const prefix = dtype === "float32" ? "f32" : wide;
  const out: StridedOperand = { buffer: r.out, offset: 0, strides: stridesOf(r.shape) };
  const operands = [r.a, r.b, out].map((operand) => ({ operand, at: f.local("i32") }));
  const [a, b, to] = operands.map(({ at }) => at) as [number, number, number];
  const y = f.local(wide);
  const pushNumber = (x: number) => (float ? f.f64(x) : f.i32(x));
  const read = (at: number) => {
    f.get(at).op(`${prefix}.load` as OpName, Math.log2(bytes), 0);
    if (dtype === "float32") f.op("f64.promote_f32");
  };
  emitNestedLoops(
    f,
    r.shape.map((size, d) => (d === r.dim ? 1 : size)),
    (counters) => {
      for (const { operand, at } of operands) {
        const { buffer, offset, strides } = operand;
        const first = r.reverse ? offset + (n - 1) * (strides[r.dim] as number) : offset;
        pushElementAddress(f, base(buffer), counters, strides, bytes, first);
        f.set(at);
      }
      pushNumber(0).set(y);
      emitLoop(f, n, (i) => {
        f.get(i).if(
          () => {
            read(a);
            f.get(y).op(`${wide}.mul` as OpName);
            if (r.skip) {
              pushNumber(0).get(y);
              pushNumber(0)
                .op(`${wide}.ne` as OpName)
                .op("select");
            }
            read(b);
            f.op(`${wide}.add` as OpName).set(y);
          },
          () => {
            read(b);
            f.set(y);
          },
        );
        f.get(to).get(y);
        if (dtype === "float32") f.op("f32.demote_f64");
        f.op(`${prefix}.store` as OpName, Math.log2(bytes), 0);
        for (const { operand, at } of operands) {
          const step = (operand.strides[r.dim] as number) * bytes;
          if (step !== 0)
            f.get(at)
              .i32(r.reverse ? -step : step)
              .op("i32.add")
              .set(at);
        }
      });
    },
  );
}

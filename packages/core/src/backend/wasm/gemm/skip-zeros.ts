import type { Buffer } from "../../../lower/ir/kernel.ts";
import { bytesOf, type GemmKernel } from "../../../lower/ir/program.ts";
import { pushElementAddress } from "../assembler/address.ts";
import type { FunctionBuilder, OpName } from "../assembler/assembler.ts";
import { emitLoop, emitNestedLoops } from "../assembler/loops.ts";
import { elements } from "./code.ts";

/** Independent sums, so that additions do not wait for each other. */
const streams = 4;

/** Pushes whether some result is not finite: Σ 0·c is then NaN. */
function pushAnyNonfinite(f: FunctionBuilder, { out }: GemmKernel, base: (b: Buffer) => number): void {
  const type = out.dtype === "float64" ? "f64" : "f32";
  const { bytes, lanes, log2, load, vectorAdd, vectorMul } = elements[type];
  const splat = (type === "f64" ? "f64x2.splat" : "f32x4.splat") satisfies OpName;
  const number = (x: number) => (type === "f64" ? f.f64(x) : f.f32(x));
  const zero = f.local("v128");
  const sums = Array.from({ length: streams }, () => f.local("v128"));
  const at = f.local("i32");
  const rest = f.local(type);
  const zeroTimes = (sum: number, offset: number) =>
    f.get(at).op("v128.load", log2, offset).get(zero).op(vectorMul).get(sum).op(vectorAdd).set(sum);
  number(0).op(splat).set(zero);
  for (const sum of sums) f.get(zero).set(sum);
  number(0).set(rest);
  f.get(base(out)).set(at);
  const block = streams * lanes;
  emitLoop(f, Math.floor(out.size / block), () => {
    sums.forEach((sum, k) => {
      zeroTimes(sum, 16 * k);
    });
    f.get(at)
      .i32(16 * streams)
      .op("i32.add")
      .set(at);
  });
  emitLoop(f, out.size % block, () => {
    number(0).get(at).op(load, log2, 0).op(`${type}.mul`).get(rest).op(`${type}.add`).set(rest);
    f.get(at).i32(bytes).op("i32.add").set(at);
  });
  f.get(rest).op(splat);
  for (const sum of sums) f.get(sum).op(vectorAdd);
  const total = f.local("v128");
  f.set(total).get(total).get(total);
  f.op(type === "f64" ? "f64x2.ne" : "f32x4.ne").op("v128.any_true");
}

/**
 * Recomputes the results of a contraction that are not finite, without the terms in which an operand that `skip` names is 0.
 * Where all results are finite, no term had to be left out.
 */
export function emitSkipZeros(f: FunctionBuilder, product: GemmKernel, base: (b: Buffer) => number): void {
  const { out, a, b, batch, ms, ns, ks, skip } = product;
  const bytes = bytesOf[out.dtype];
  const type = out.dtype === "float64" ? "f64" : "f32";
  const { load, store, log2 } = elements[type];
  const number = (x: number) => (type === "f64" ? f.f64(x) : f.f32(x));
  const axes = [...batch, ...ms, ...ns];
  const [x, y, sum] = [f.local(type), f.local(type), f.local(type)];
  const sizes = axes.map((axis) => axis.size);
  const push = (counters: readonly number[], of: typeof axes, operand: "a" | "b" | "c", start: number) =>
    pushElementAddress(
      f,
      base(operand === "c" ? out : product[operand].buffer),
      counters,
      of.map((axis) => axis[operand]),
      bytes,
      start,
    );
  pushAnyNonfinite(f, product, base);
  f.if(() =>
    emitNestedLoops(f, sizes, (counters) => {
      push(counters, axes, "c", 0);
      f.op(load, log2, 0).set(sum);
      f.get(sum).get(sum).op(`${type}.sub`).get(sum).get(sum).op(`${type}.sub`).op(`${type}.ne`);
      f.if(() => {
        number(0).set(sum);
        emitNestedLoops(
          f,
          ks.map((axis) => axis.size),
          (inner) => {
            const all = [...counters, ...inner];
            push(all, [...axes, ...ks], "a", a.offset);
            f.op(load, log2, 0).set(x);
            push(all, [...axes, ...ks], "b", b.offset);
            f.op(load, log2, 0).set(y);
            f.get(x).get(y).op(`${type}.mul`);
            for (const operand of skip) {
              number(0).get(operand === "a" ? x : y);
              number(0).op(`${type}.ne`).op("select");
            }
            f.get(sum).op(`${type}.add`).set(sum);
          },
        );
        push(counters, axes, "c", 0);
        f.get(sum).op(store, log2, 0);
      });
    }),
  );
}

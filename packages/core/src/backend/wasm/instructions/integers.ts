import type { EmitOp } from "./context.ts";
import { instruction } from "./forms.ts";

/** −x, in scalar code. */
const negate: EmitOp = ({ f }, x) => {
  f.i32(0);
  x.push();
  f.op("i32.sub");
};

/** |x|, in scalar code. */
const absolute: EmitOp = ({ f, scratch }, a) => {
  const x = scratch(0);
  a.push();
  f.set(x).get(x).i32(0).get(x).op("i32.sub").get(x).i32(0).op("i32.ge_s").op("select");
};

/** ⌊a/b⌋ by way of the exact quotient in float64; 0 where b is 0. */
export const floorDivide: EmitOp = ({ f, scratch }, a, b) => {
  const [x, y] = [scratch(0), scratch(1)];
  a.push();
  b.push();
  f.set(y).set(x).get(y).op("i32.eqz");
  f.if(
    () => f.i32(0),
    () => {
      f.get(x).op("f64.convert_i32_s").get(y).op("f64.convert_i32_s").op("f64.div").op("f64.floor");
      f.op("i64.trunc_sat_f64_s").op("i32.wrap_i64");
    },
    "i32",
  );
};

/** The operand that compares as `better`, in scalar code. */
const choose =
  (better: "i32.lt_s" | "i32.gt_s"): EmitOp =>
  ({ f, scratch }, a, b) => {
    const [x, y] = [scratch(0), scratch(1)];
    a.push();
    b.push();
    f.set(y).set(x).get(x).get(y).get(x).get(y).op(better).op("select");
  };

export const integerNeg = { scalar: negate, vector: instruction("i32x4.neg") };
export const integerAbs = { scalar: absolute, vector: instruction("i32x4.abs") };
export const integerMin = { scalar: choose("i32.lt_s"), vector: instruction("i32x4.min_s") };
export const integerMax = { scalar: choose("i32.gt_s"), vector: instruction("i32x4.max_s") };

/**
 * A shift. The instruction takes the count modulo 32; here a count outside 0 … 31 moves all bits out, which is a shift by 31
 * and one more by 1.
 */
const shift =
  (prefix: "i32" | "i32x4", direction: "shl" | "shr_s" | "shr_u"): EmitOp =>
  ({ f, scratch }, a, count) => {
    const op = `${prefix}.${direction}` as const;
    const known = count.constant;
    a.push();
    if (known !== undefined && known >= 0 && known < 32) {
      count.push();
      f.op(op);
    } else if (known !== undefined) f.i32(31).op(op).i32(1).op(op);
    else {
      const [x, by] = [scratch(0), scratch(1)];
      count.push();
      f.set(by).set(x).get(x).get(by).op(op).get(x).i32(31).op(op).i32(1).op(op);
      f.get(by).i32(32).op("i32.lt_u").op("select");
    }
  };

export function shifts(direction: "shl" | "shr_s" | "shr_u") {
  const scalar = shift("i32", direction);
  return { int32: { scalar, vector: shift("i32x4", direction), constantOperand: 1 }, bool: { scalar } };
}

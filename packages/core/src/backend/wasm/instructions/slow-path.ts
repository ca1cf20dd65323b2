import type { OpName } from "../assembler/assembler.ts";
import { type EmitContext, type PushOperand, prefixes } from "./context.ts";
import { splatBytes } from "./lanes.ts";

/** A word that is 0 where |x| < `from`: it is worked out, lane by lane in float64, only where some lane is not. */
export function emitGuardedSlowPath(
  { f, type, lanes, scratch }: EmitContext,
  push: PushOperand,
  from: number,
  host: PushOperand,
): void {
  const lane = prefixes.vector[type];
  const x = scratch(9);
  push();
  f.set(x)
    .get(x)
    .op(`${lane}.abs` as OpName)
    .v128(splatBytes(from, type, lanes))
    .op(`${lane}.lt` as OpName)
    .op(lanes === 4 ? "i32x4.all_true" : "i64x2.all_true");
  f.if(
    () => f.v128(new Uint8Array(16)),
    () => {
      f.v128(new Uint8Array(16));
      for (let l = 0; l < lanes; l++) {
        f.get(x).op(`${lane}.extract_lane` as OpName, l);
        if (type === "float32") f.op("f64.promote_f32");
        f.f64(from);
        host();
        f.op(`${lane}.replace_lane` as OpName, l);
      }
    },
    "v128",
  );
}

import { isFloat } from "../../../dtype.ts";
import type { EmitContext, PushOperand } from "./context.ts";
import { floatShapes, integerShapes, splatBytes, zeroBytes } from "./lanes.ts";

/**
 * A vector of an op that is 0 where |x| < `from`: where all lanes are, it is zero; otherwise the host computes each lane in
 * float64.
 */
export function emitGuardedSlowPath(
  { f, type, lanes, scratch }: EmitContext,
  push: PushOperand,
  from: number,
  host: PushOperand,
): void {
  if (!isFloat(type)) throw new Error(`an op with a slow path is on floats, not on ${type}`);
  const shape = floatShapes[type];
  const x = scratch(9);
  push();
  f.set(x)
    .get(x)
    .op(`${shape}.abs`)
    .v128(splatBytes(from, type, lanes))
    .op(`${shape}.lt`);
  f.op(`${integerShapes[lanes]}.all_true`);
  f.if(
    () => f.v128(zeroBytes),
    () => {
      f.v128(zeroBytes);
      for (let lane = 0; lane < lanes; lane++) {
        f.get(x).op(`${shape}.extract_lane`, lane);
        if (type === "float32") f.op("f64.promote_f32");
        f.f64(from);
        host();
        f.op(`${shape}.replace_lane`, lane);
      }
    },
    "v128",
  );
}

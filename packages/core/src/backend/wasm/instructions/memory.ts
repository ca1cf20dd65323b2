import type { DType } from "../../../dtype.ts";
import type { OpName } from "../assembler/assembler.ts";

/** The instructions that load and store one element, and log₂ of its bytes. */
export const elementOps = {
  bool: { load: "i32.load8_u", store: "i32.store8", log2: 0 },
  int32: { load: "i32.load", store: "i32.store", log2: 2 },
  float32: { load: "f32.load", store: "f32.store", log2: 2 },
  float64: { load: "f64.load", store: "f64.store", log2: 3 },
} as const satisfies Record<DType, { load: OpName; store: OpName; log2: number }>;

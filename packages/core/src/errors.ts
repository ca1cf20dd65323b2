/** What a call got wrong, so that a program can tell mistakes apart without reading the message. */
export type Fault = "shape" | "dtype" | "dim" | "index" | "value" | "gradient" | "state";

/** Every error that the library throws on purpose: it names the operation, what was given and the likely fix. */
export class ChainruleError extends Error {
  override readonly name = "ChainruleError";
  constructor(
    readonly fault: Fault,
    readonly op: string,
    detail: string,
    options?: { readonly cause?: unknown },
  ) {
    super(`${op}: ${detail}`, options);
  }
}

/** Throws a `ChainruleError`; an expression, so that a table entry can say `?? fail(…)`. */
export function fail(fault: Fault, op: string, detail: string): never {
  throw new ChainruleError(fault, op, detail);
}

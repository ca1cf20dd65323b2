import { checkDType, type DType } from "../dtype.ts";
import { fail } from "../errors.ts";
import { build } from "../graph/build.ts";
import type { Host, Node } from "../graph/node.ts";
import { checkShape, type Shape } from "../shape.ts";

/** A host op: what its function computes, the shape and dtype of the result, and its derivative in terms of other ops. */
export interface HostRow extends Pick<Host, "compute">, Partial<Pick<Host, "vjp" | "jvp">> {
  /** The result's shape, given those of the operands. */
  readonly shape: (...shapes: Shape[]) => Shape;
  /** The result's dtype, given those of the operands. */
  readonly dtype: (...dtypes: DType[]) => DType;
}

const registered = new Map<string, Host>();

/** The host op of the table under a name. */
export const registeredHost = (name: string): Host | undefined => registered.get(name);

/** A host op as a function on nodes; `isRow` registers it by its name, as a row of the table. */
export function host(
  name: string,
  { shape, dtype, compute, vjp, jvp }: HostRow,
  isRow = false,
): (...x: Node[]) => Node {
  const op: Host = { family: "host", name, compute, vjp, jvp };
  if (isRow) registered.set(name, op);
  return (...x) => {
    const resultShape: unknown = shape(...x.map((operand) => operand.shape));
    if (!Array.isArray(resultShape)) return fail("shape", name, "its shape must return a list of sizes");
    const resultDtype = checkDType(name, dtype(...x.map((operand) => operand.dtype)));
    return build(op, x, checkShape(name, resultShape), resultDtype);
  };
}

/** The derivative rule of a host op. @throws where it has none. */
export const hostRule = <K extends "vjp" | "jvp">(op: Host, mode: K): NonNullable<Host[K]> =>
  op[mode] ??
  fail("gradient", op.name, `has no derivative rule. Did you mean to state ${mode} in its hostOp()?`);

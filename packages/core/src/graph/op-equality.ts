import type { DType } from "../dtype.ts";
import { type Shape, sameShape } from "../shape.ts";
import type { Op } from "./node.ts";

/** An op as it is applied: what a node is, but for its inputs. */
export interface Application {
  readonly op: Op;
  readonly shape: Shape;
  readonly dtype: DType;
}

const sameAttribute = (a: unknown, b: unknown): boolean =>
  Object.is(a, b) ||
  (Array.isArray(a) &&
    Array.isArray(b) &&
    a.length === b.length &&
    a.every((x, i) => sameAttribute(x, b[i])));

/** Whether an op holds functions, so that it is known by its object. */
const isKnownByObject = ({ family }: Op): boolean => family === "elementwise" || family === "host";

/** Whether two ops do the same: their data are equal, or they are one object. */
export function sameOp(a: Op, b: Op): boolean {
  if (a === b) return true;
  if (a.family !== b.family || a.name !== b.name || isKnownByObject(a)) return false;
  const [x, y] = [a, b] as unknown as Record<string, unknown>[];
  for (const attribute in x) if (!sameAttribute(x[attribute], y![attribute])) return false;
  return true;
}

export const sameApplication = (a: Application, b: Application): boolean =>
  a.dtype === b.dtype && sameShape(a.shape, b.shape) && sameOp(a.op, b.op);

/** Equal for ops that do the same, and rarely for others. */
const hashOf = (op: Op): string => (isKnownByObject(op) ? op.name : Object.values(op).join());

/** Gives equal applications equal numbers. */
export class ApplicationNumbers {
  readonly #buckets = new Map<string, (readonly [Op, number])[]>();
  #count = 0;

  of({ op, shape, dtype }: Application): number {
    const hash = `${hashOf(op)}:${dtype}[${shape}]`;
    const bucket = this.#buckets.get(hash) ?? [];
    this.#buckets.set(hash, bucket);
    const [, known] = bucket.find(([other]) => sameOp(op, other)) ?? [];
    if (known !== undefined) return known;
    bucket.push([op, this.#count]);
    return this.#count++;
  }
}

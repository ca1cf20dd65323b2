import type { Limit } from "./differences.ts";
import type { Kink, Mismatch, Place } from "./partials.ts";

const partialName = ({ output, input }: Place): string => `∂${output}/∂${input}`;

/** The digits that differences are good for. */
const digits = (x: number): number => Number(x.toPrecision(9));

/** A derivative by differences. */
export function describeLimit(limit: Limit): string {
  if (limit.kind === "derivative") return `${digits(limit.estimates[0]!)} by central differences`;
  if (limit.kind === "edge") return `${digits(limit.slope)} by differences from the ${limit.side}`;
  if (limit.kind === "kink")
    return `between ${digits(limit.left)} and ${digits(limit.right)} by one-sided differences`;
  return "undefined";
}

/** A wrong partial derivative: by differentiation, and by differences. */
export const describeMismatch = ({ actual, mode, limit, ...place }: Mismatch): string =>
  `${partialName(place)} is ${actual} in ${mode} mode and ${describeLimit(limit)}`;

/** A point without a derivative. */
export function describeKink({ limit, ...place }: Kink): string {
  const at = partialName(place);
  if (limit.kind === "kink")
    return `${at} has a kink: ${digits(limit.left)} from the left, ${digits(limit.right)} from the right`;
  if (limit.kind === "edge")
    return `${at} is at the edge of the domain: ${digits(limit.slope)} from the ${limit.side}`;
  return `${at} does not exist: a jump or an infinite slope, which was not checked`;
}

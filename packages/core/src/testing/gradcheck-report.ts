import { describeError, type Tolerance } from "./close.ts";
import { describeKink, describeMismatch } from "./describe-partials.ts";
import type { Kink, Mismatch } from "./partials.ts";
import { describeSuspect, type Suspect } from "./suspect.ts";

/** The admitted number that is closest to a derivative. */
function closest(limit: Mismatch["limit"], derivative: number): number {
  if (limit.kind === "derivative") return limit.estimates[0]!;
  if (limit.kind === "edge") return limit.slope;
  const { left, right } = limit;
  return Math.abs(left - derivative) < Math.abs(right - derivative) ? left : right;
}

/** How many points without a derivative are listed. */
const listed = 5;

/**
 * The result of `gradcheck` and `gradgradcheck`; it prints as text.
 *
 * @example
 * const report = gradcheck((x: Tensor) => x.abs(), [tensor([0, 2])]);
 * console.log(report.checked, report.kinks.length); //=> 4 1
 */
export class GradcheckReport {
  constructor(
    readonly name: string,
    /** The number of partial derivatives that were compared. */
    readonly checked: number,
    /** The partial derivatives that are wrong. */
    readonly mismatches: readonly Mismatch[],
    /** The partial derivatives at points where the function has none or more than one. */
    readonly kinks: readonly Kink[],
    /** The op that the first mismatch is most likely due to. */
    readonly suspect: Suspect | undefined,
    readonly tolerance: Tolerance,
  ) {}

  /** Whether every derivative is right: at a kink, one between the slopes of its two sides. */
  get ok(): boolean {
    return this.mismatches.length === 0;
  }

  /** The first mismatch, with the op at fault; "" if there is none. */
  get complaint(): string {
    const [first] = this.mismatches;
    if (!first) return "";
    const error = describeError(first.actual, closest(first.limit, first.actual), "float64", this.tolerance);
    const more = this.mismatches.length - 1;
    return [
      `${describeMismatch(first)}, ${error}`,
      ...(more > 0 ? [`${more} more of ${this.checked} partial derivatives differ`] : []),
      this.suspect
        ? describeSuspect(this.suspect)
        : "The partial derivatives of each op are right by themselves: is f too steep for the step eps?",
    ].join("\n");
  }

  /** The result in words: the first mismatch, or the number of derivatives that are right, and the kinks. */
  toString(): string {
    const { kinks } = this;
    const more = kinks.length - listed;
    return [
      this.complaint || `${this.checked} partial derivatives are right`,
      ...kinks.slice(0, listed).map(describeKink),
      ...(more > 0 ? [`and ${more} more such points`] : []),
    ].join("\n");
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

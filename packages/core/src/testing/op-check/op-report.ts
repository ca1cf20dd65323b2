import { fail } from "../../errors.ts";
import type { CheckName } from "./checks.ts";
import type { Remark } from "./probe.ts";

/** A remark of a check on a sample. */
export interface OpRemark extends Remark {
  readonly check: CheckName;
  /** The index of the sample. */
  readonly sample: number;
}

/**
 * The result of `checkOp`; it prints a line for each check.
 *
 * @example
 * const report = checkOp((x: Tensor) => x.exp(), [[tensor([0, 1])]], { formula: (x) => x ** 2 });
 * console.log(report.findings.map(({ check }) => check).join()); //=> value,value,specialValues,specialValues
 */
export class OpReport {
  constructor(
    /** The checks that ran. */
    readonly checks: readonly CheckName[],
    readonly remarks: readonly OpRemark[],
  ) {}

  /** The faults. */
  get findings(): readonly OpRemark[] {
    return this.remarks.filter(({ kind }) => kind === "finding");
  }

  /** Whether no check has found a fault. */
  get ok(): boolean {
    return this.findings.length === 0;
  }

  /** This report. @throws if a check has found a fault; the message is the report */
  assert(): this {
    if (!this.ok)
      fail(
        "gradient",
        "checkOp",
        `the op has ${this.findings.length} fault${this.findings.length === 1 ? "" : "s"}\n${this}`,
      );
    return this;
  }

  /** A line for each check, and under it its remarks. */
  toString(): string {
    return this.checks
      .flatMap((check) => {
        const own = this.remarks.filter((remark) => remark.check === check);
        const failed = own.some(({ kind }) => kind === "finding");
        const lines = own.map(
          ({ kind, sample, text }) =>
            `  ${kind === "note" ? "note: " : ""}sample ${sample}: ${text.replaceAll("\n", "\n    ")}`,
        );
        return [`${failed ? "✗" : "✓"} ${check}`, ...lines];
      })
      .join("\n");
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

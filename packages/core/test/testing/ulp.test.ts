import { describe, expect, it } from "vitest";
import { ulpAt, ulpError } from "../../src/testing/ulp.ts";

/** The next greater number of a dtype after x ≥ 0, by its bits. */
const nextAfter = {
  float32: (x: number) =>
    new Float32Array(Uint32Array.of(new Uint32Array(Float32Array.of(x).buffer)[0]! + 1).buffer)[0]!,
  float64: (x: number) =>
    new Float64Array(BigUint64Array.of(new BigUint64Array(Float64Array.of(x).buffer)[0]! + 1n).buffer)[0]!,
};

const edges = {
  float32: [0, 2 ** -149, 2 ** -126, 2 ** -127, 1, 1 - 2 ** -24, 3.5, 2 ** 29, 1e30],
  float64: [0, 2 ** -1074, 2 ** -1022, 2 ** -1023, 1, 1 - 2 ** -53, 3.5, 8, 2 ** 29, 1e300],
};

describe.each(["float32", "float64"] as const)("a unit in the last place of %s", (dtype) => {
  it("is the distance to the next number", () => {
    const random = Array.from({ length: 200 }, (_, i) => 1.7 ** (i / 3 - 30) * (1 + (i % 7) / 7));
    for (const exact of [...edges[dtype], ...random]) {
      const x = dtype === "float32" ? Math.fround(exact) : exact;
      expect(ulpAt(x, dtype)).toBe(nextAfter[dtype](x) - x);
      expect(ulpAt(-x, dtype)).toBe(ulpAt(x, dtype));
    }
  });

  it("is what errors are counted in", () => {
    expect(ulpError(1 + 3 * ulpAt(1, dtype), 1, dtype)).toBe(3);
    expect(ulpError(Number.NaN, 1, dtype)).toBeNaN();
    expect(ulpError(1, Infinity, dtype)).toBeNaN();
  });
});

it("integers differ by ones", () => expect(ulpError(7, 4, "int32")).toBe(3));

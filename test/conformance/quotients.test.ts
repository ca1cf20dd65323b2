import { grad, type Tensor, tensor } from "@chainrule/core";
import { expect, it } from "vitest";
import { eachBackend } from "./backends.ts";
import { stream } from "./draw.ts";
import { expectClose } from "./expect.ts";
import { exactFloor } from "./truth/elementwise.ts";

/** Zeros, ones, numbers about the ends of either range, and infinities. */
const sizes = [0, 2 ** -1074, 1e-320, 2 ** -149, 1e-40, 0.1, 1, 3, 7, 1e10, 1e38, 1e300, Infinity];
const specials = [...sizes, ...sizes.map((x) => -x), Number.NaN];

const close = 4000;

/** Pairs whose quotients are close to whole numbers, and then pairs of special numbers. */
function pairs(round: (x: number) => number): number[][] {
  const next = stream(7);
  const whole = Array.from({ length: close }, (_, i) => {
    const y = round((next() - 0.5) * 10 ** (6 * next() - 3)) || 1;
    return [round(i % 2 === 0 ? y * Math.round((next() - 0.5) * 1e6) : Math.round(y * 1000) / 10), y];
  });
  const special = specials.flatMap((x) => specials.map((y) => [round(x), round(y)]));
  return [...whole, ...special];
}

eachBackend("quotients", (on) => {
  for (const dtype of ["float32", "float64"] as const) {
    const round = dtype === "float32" ? Math.fround : (x: number) => x;
    const columns = pairs(round);
    const [x, y] = [0, 1].map((k) =>
      tensor(
        columns.map((pair) => pair[k] as number),
        { dtype },
      ),
    ) as [Tensor, Tensor];

    it(`floorDivide in ${dtype} is the floor of the exact quotient`, () => {
      const q = on(() => x.floorDivide(y).data());
      for (const [i, [a, b]] of (columns as [number, number][]).entries())
        expect(q[i], `⌊${a}/${b}⌋`).toEqual(round(exactFloor(a, b)));
    });

    it(`the derivatives of remainder and fmod by the divisor in ${dtype} are −q where x = q·y + r`, () => {
      const slope = (op: "remainder" | "fmod") =>
        on(() =>
          grad((t: Tensor) => x[op](t).sum())(y)
            .data()
            .slice(0, close),
        );
      const quotients = columns.slice(0, close) as [number, number][];
      const unit = dtype === "float32" ? 2 ** -23 : 2 ** -52;
      expectClose(
        slope("remainder"),
        quotients.map(([a, b]) => -exactFloor(a, b)),
        unit,
      );
      expectClose(
        slope("fmod"),
        quotients.map(([a, b]) => -Math.sign(a * b) * exactFloor(Math.abs(a), Math.abs(b))),
        unit,
      );
    });
  }
});

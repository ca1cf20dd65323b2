import { evaluate, type Tensor } from "@chainrule/core";
import { makeInterpreter, withBackend } from "@chainrule/core/testing";
import { expect, it } from "vitest";
import { eachBackend } from "../conformance/backends.ts";
import { check } from "./check.ts";
import { continuous, inputsOf, type Program, programs, run } from "./program.ts";

const exact = makeInterpreter({ exact: true });
const settings = { seed: 7, numRuns: 200 };

/** All elements of all tensors that a program makes. */
function valuesOf(program: Program, xs: readonly Tensor[]): number[] {
  const made = run(program, xs, continuous);
  evaluate(...made);
  return made.flatMap((y) => Array.from(y.to("float64").data()));
}

eachBackend("random programs", (on) => {
  it("have the values of the exact interpreter, within rounding", () => {
    check(programs, settings, (program) => {
      const double = withBackend(exact, () => valuesOf(program, inputsOf(program, "float32")));
      const single = on(() => valuesOf(program, inputsOf(program, "float32")));
      expect(single).toHaveLength(double.length);
      const scale = 1 + Math.max(0, ...double.map(Math.abs));
      for (const [k, v] of double.entries())
        expect(Math.abs((single[k] as number) - v) / scale, `element ${k}`).toBeLessThan(1e-4);
    });
  });

  it("have the exact interpreter's values in float64", () => {
    check(programs, settings, (program) => {
      const truth = withBackend(exact, () => valuesOf(program, inputsOf(program, "float64")));
      const actual = on(() => valuesOf(program, inputsOf(program, "float64")));
      const scale = 1 + Math.max(0, ...truth.map(Math.abs));
      for (const [k, v] of truth.entries())
        expect(Math.abs((actual[k] as number) - v) / scale, `element ${k}`).toBeLessThan(1e-12);
    });
  });

  it("give each tensor the same value read alone, together with others, or twice", () => {
    check(programs, settings, (program) => {
      on(() => {
        const xs = inputsOf(program, "float64");
        const together = run(program, xs, continuous);
        evaluate(...together);
        const alone = run(program, xs, continuous);
        for (const k of [...alone.keys()].reverse()) {
          expect(alone[k]?.data()).toEqual(together[k]?.data());
          expect(alone[k]?.data()).toEqual(alone[k]?.data());
        }
      });
    });
  });
});

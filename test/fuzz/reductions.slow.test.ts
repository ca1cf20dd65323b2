import { evaluate } from "@chainrule/core";
import { interpreter, makeInterpreter, withBackend } from "@chainrule/core/testing";
import { expect, it } from "vitest";
import { eachBackend } from "../conformance/backends.ts";
import { check } from "./check.ts";
import { reduced, reducedShort, reductions, shortReductions } from "./reductions.ts";

eachBackend("reductions over several axes of one tensor", (on) => {
  it("have the same bits together and alone, and the values of the interpreter", () => {
    check(reductions, { seed: 3, numRuns: 120 }, (c) => {
      on(() => {
        const together = reduced(c);
        evaluate(...together);
        const truth = withBackend(makeInterpreter({ exact: true }), () => reduced(c).map((t) => t.data()));
        for (const [k, alone] of reduced(c).entries()) {
          expect(alone.data()).toEqual(together[k]?.data());
          const scale = 1 + Math.max(...(truth[k] as Float32Array).map(Math.abs));
          for (const [i, v] of alone.data().entries())
            expect(Math.abs(v - (truth[k]?.[i] as number)) / scale).toBeLessThan(1e-5);
        }
      });
    });
  });
});

eachBackend("reductions of few elements", (on) => {
  it("have the values of the interpreter, to the bit where that is exact: NaN, infinities and signs of zero included", () => {
    check(shortReductions, { seed: 11, numRuns: 200 }, (c) => {
      expect(on(() => reducedShort(c).data())).toEqual(
        withBackend(interpreter, () => reducedShort(c).data()),
      );
    });
  });
});

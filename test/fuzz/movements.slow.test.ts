import { interpreter, withBackend } from "@chainrule/core/testing";
import { expect, it } from "vitest";
import { eachBackend } from "../conformance/backends.ts";
import { check } from "./check.ts";
import { chains, joined, joins, moved } from "./movements.ts";

eachBackend("chains of movements", (on) => {
  it("give the elements of the interpreter, in vectors of any step", () => {
    check(chains, { seed: 17, numRuns: 600 }, (chain) => {
      expect(on(() => moved(chain).data())).toEqual(withBackend(interpreter, () => moved(chain).data()));
    });
  });
});

eachBackend("concatenations", (on) => {
  it("give the elements of the interpreter, of few or many parts, inputs or computed", () => {
    check(joins, { seed: 29, numRuns: 150 }, (join) => {
      expect(on(() => joined(join).data())).toEqual(withBackend(interpreter, () => joined(join).data()));
    });
  });
});

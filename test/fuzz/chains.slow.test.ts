import { expect, it } from "vitest";
import { report } from "./try.ts";

const { PROGRAMS = "500", SEED = String(Date.now() % 1_000_000_000) } = process.env;
const [programs, first] = [Number(PROGRAMS), Number(SEED)];
/** Fresh programs are tried for so long; as many as are asked for take as long as they take. */
const patience = process.env.PROGRAMS ? Number.POSITIVE_INFINITY : 25_000;

it(
  `random programs (SEED=${first} PROGRAMS=${programs}) have the bits that their steps have one by one, the interpreter's values, and gradients to second order`,
  () => {
    const start = Date.now();
    let tried = 0;
    for (; tried < programs && Date.now() - start < patience; tried++) {
      const fault = report(first + tried);
      if (fault) expect.fail(fault);
    }
    console.log(`${tried} random programs from SEED=${first}`);
    expect(tried).toBeGreaterThan(0);
  },
  2 ** 31 - 1,
);

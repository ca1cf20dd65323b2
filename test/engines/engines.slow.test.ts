import { beforeAll, describe, expect, it } from "vitest";
import { bundled } from "./bundle.ts";
import { engines } from "./engines.ts";
import type { Report } from "./report.ts";

/** The SHA-256 of each model after 200 steps. A change of these is a change of results, to be named in the changelog. */
const models: Report["models"] = {
  "a perceptron with dropout": "3176d8350ab5d47ecf2cfdc5cc42582dd0167e51e1836b38d8d294c4e1f9c31f",
  "a convolutional network": "0f6297966d6e5bbf7067cb772069ef20883114bb8886359fa23733d93a642a69",
  "a recurrent network": "77e64ae380e011f22f357c73cc5428cb583d9eb0443150a45e754dc1ac70ca42",
  "a transformer": "b7011288b21cbe883699c0939a7715b8ac49a2c6a48eaa376025e8bc766ec83b",
};
const learningRates = "5de91f6b557eff6672ec34181d9c773ae15c4fd7f644dcbb8b46a62f44dadf2c";

const patience = 300_000;

let script: string;
let here: Report;
beforeAll(async () => {
  script = await bundled("test/engines/program.ts");
  here = await engines["Node 20"]!.run([process.execPath], script);
}, patience);

describe.each(Object.entries(engines))("%s", (_, { found, run }) => {
  it.skipIf(!found)(
    "trains to the same bits as every other engine",
    async () => {
      const report = await run(found!, script);
      expect(report).toEqual({ engine: report.engine, models, learningRates, operations: here.operations });
    },
    patience,
  );
});

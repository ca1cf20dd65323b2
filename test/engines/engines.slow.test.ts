import { beforeAll, describe, expect, it } from "vitest";
import { bundled } from "./bundle.ts";
import { engines } from "./engines.ts";
import type { Report } from "./report.ts";

/** The SHA-256 of each model after 200 steps. A change of these is a change of results, to be named in the changelog. */
const models: Report["models"] = {
  "a perceptron with dropout": "28e5ec96946079707dd18df0c1ba25fa4bfbf8b0e94761df3be258e0cc8803ff",
  "a convolutional network": "0f6297966d6e5bbf7067cb772069ef20883114bb8886359fa23733d93a642a69",
  "a recurrent network": "2d4ec7bce7d948e15674547340479d73617eb285ef47d49e6a1bab19870c2686",
  "a transformer": "7d1da8cdb5560f409e3265188ae4f9a1a382b90279b0b48f96c796a36f84eaf4",
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

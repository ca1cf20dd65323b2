/**
 * Prints one hash of all results of each corpus of programs, to prove that a change of the compiler changes no bit: run it
 * before the change and after it, as `pnpm bits [CORPUS …]`.
 */
import { createHash } from "node:crypto";
import { ChainruleError, Tensor } from "@chainrule/core";
import { everywhere } from "../test/browser/runs.ts";
import { programOf } from "../test/fuzz/chains.ts";
import { run } from "../test/fuzz/training.ts";
import { faultOf } from "../test/fuzz/try.ts";
import { adapters } from "../test/golden/adapters/index.ts";
import { readFamilies } from "../test/golden/case.ts";
import { runFamily } from "../test/golden/runner.ts";

let hash = createHash("sha256");
let arrays = 0;

/** All reading goes through `data`: every array that a program reads enters the hash, with all NaNs alike. */
const { data } = Tensor.prototype;
Tensor.prototype.data = function read(this: Tensor) {
  const elements = data.call(this);
  const comparable = elements.map((x) => (Number.isNaN(x) ? Number.NaN : x));
  hash.update(new Uint8Array(comparable.buffer));
  arrays++;
  return elements;
};

function times(n: number, f: (seed: number) => unknown): void {
  for (let seed = 1; seed <= n; seed++)
    try {
      f(seed);
    } catch (error) {
      if (!(error instanceof ChainruleError)) throw error;
      hash.update(error.message);
    }
}

/** The corpora: random programs eager, compiled and differentiated twice; random training programs; PyTorch's cases; training runs. */
const corpora: Readonly<Record<string, () => void>> = {
  programs: () => times(2000, (seed) => faultOf(programOf(seed))),
  training: () => times(600, (seed) => run(Math.ceil(seed / 2), seed % 2 === 0)),
  golden: () => {
    for (const family of readFamilies("test/golden/data")) runFamily(family, adapters);
  },
  everywhere: () => {
    for (const compute of everywhere.values()) compute();
  },
};

const names = process.argv.slice(2);
const unknown = names.filter((name) => !(name in corpora));
if (unknown.length > 0) {
  console.error(`no corpus ${unknown.join(", ")}; there are ${Object.keys(corpora).join(", ")}`);
  process.exit(2);
}
for (const name of names.length > 0 ? names : Object.keys(corpora)) {
  hash = createHash("sha256");
  arrays = 0;
  corpora[name]?.();
  console.log(`${name.padEnd(12)}${hash.digest("hex").slice(0, 16)}  ${arrays} arrays`);
}

import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { promisify } from "node:util";
import { compile, evaluate, explain, profile, type Tensor } from "@chainrule/core";
import { Adam } from "@chainrule/optim";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { eachBackend } from "../conformance/backends.ts";
import { continuous, inputsOf, programs, run } from "../fuzz/program.ts";
import { given } from "./given.ts";
import { batch, logistic, network, type Training } from "./models.ts";

const runsOf = ({ kernels }: { kernels: readonly { readonly runs: number }[] }): number =>
  kernels.reduce((sum, { runs }) => sum + runs, 0);

eachBackend("a profile", (on, { backend }) => {
  test.each<[string, () => Training]>([
    ["logistic regression", () => logistic((p) => new Adam(p))],
    ["a network", () => network((p) => new Adam(p))],
  ])("leaves every bit of training as it is: %s", (_, make) => {
    const [x, y] = batch(1);
    const trained = (watched: <T>(f: () => T) => T) =>
      on(() => {
        const { step, state } = make();
        const compiled = compile(step);
        const losses = Array.from({ length: 4 }, (_, i) => watched(() => (i % 2 ? compiled : step)(x, y)));
        return [losses.map((l) => l.item()), state()];
      });
    expect(trained((f) => profile(f).result)).toEqual(trained((f) => f()));
  });

  test("leaves every bit of random programs as it is", () => {
    fc.assert(
      fc.property(programs, (program) =>
        on(() => {
          const values = () => {
            const made = run(program, inputsOf(program, "float32"), continuous);
            evaluate(...made);
            return made.map((y) => y.data());
          };
          expect(profile(values).result).toEqual(values());
        }),
      ),
      { seed: 11, numRuns: 40 },
    );
  });

  test("counts as many runs as there were calls", () => {
    on(() => {
      const f = compile((x: Tensor, w: Tensor) => x.matmul(w).softmax(1).sum());
      const args = [given(64, 32), given(32, 48)] as const;
      const once = profile(() => f(...args));
      const often = profile(() => Array.from({ length: 7 }, () => f(...args)));
      expect(runsOf(once)).toBeGreaterThan(1);
      expect(runsOf(often)).toBe(7 * runsOf(once));
      const work = (p: typeof once | typeof often) => p.kernels.map(({ runs, ms, ...work }) => work);
      expect(work(often)).toEqual(work(once));
    });
  });

  test("says of a product what it costs", () => {
    on(() => {
      const [x, w] = [given(64, 32), given(32, 48)];
      const { kernels, ms } = profile(() => x.matmul(w));
      expect(kernels).toHaveLength(1);
      expect(kernels[0]).toMatchObject({
        name: backend.name === "wasm" ? "gemm 64×48×32" : "contract float32[64, 48]",
        runs: 1,
        flop: 2 * 64 * 48 * 32,
        read: 4 * (64 * 32 + 32 * 48),
        written: 4 * 64 * 48,
      });
      expect(kernels[0]?.ms).toBeLessThanOrEqual(ms);
    });
  });

  test("is a table of a line for each kernel that says the same each time, but for times", () => {
    on(() => {
      const [x, w] = [given(64, 32), given(32, 48)];
      const table = () => {
        const found = profile(() => x.matmul(w).exp());
        const lines = `${found}`.split("\n").map((line) => line.trim().split(/ {2,}/));
        expect(lines).toHaveLength(found.kernels.length + 2);
        return lines.slice(0, -1).map((cells) => [2, 4, 5, 8].map((c) => cells[c]));
      };
      expect(table()).toEqual(table());
      expect(table()[0]).toEqual(["runs", "MB", "MFLOP", "kernel"]);
      expect(table()).toContainEqual(["1", "0.0266", "0.197", expect.stringMatching(/^gemm|^contract/)]);
    });
  });

  test("ends with its function, however that ends", () => {
    on(() => {
      const x = given(3);
      const outer = profile(() => {
        expect(() =>
          profile(() => {
            throw new Error("mine");
          }),
        ).toThrow("mine");
        return x.neg();
      });
      expect(runsOf(outer)).toBe(1);
      expect(() => profile(async () => x)).toThrow("cannot follow an async function");
    });
  });
});

describe("on WebAssembly", () => {
  test("a profile has the kernels that an explanation shows", () => {
    const f = compile((x: Tensor) => x.matmul(x).softmax(1).matmul(x).sum(0).exp());
    const x = given(32, 32);
    f(x);
    const explained = explain(f, x).match(/^\d+: /gm);
    expect(runsOf(profile(() => f(x)))).toBe(explained?.length);
  });
});

describe("CHAINRULE_DEBUG", () => {
  const program = `
    import { ones } from "@chainrule/core";
    console.log(ones([32, 32]).matmul(ones([32, 32])).exp().add(1).sum().log().item().toFixed(4));`;
  const output = async (level?: string) => {
    const tsx = createRequire(import.meta.url).resolve("tsx/cli");
    const args = [tsx, "--conditions=@chainrule/source", "--input-type=module", "--eval", program];
    const { CHAINRULE_DEBUG: _, ...env } = process.env;
    const set = level === undefined ? env : { ...env, CHAINRULE_DEBUG: level };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { env: set });
    const lines = stderr.split("\n").filter((line) => line.includes("GFLOP/s"));
    return { stdout, lines: lines.map((line) => line.replace(/.*GFLOP\/s +/, "")) };
  };

  test("logs programs, and with 2 their kernels, beside what is printed", { timeout: 60_000 }, async () => {
    const [off, one, two] = await Promise.all([output(), output("1"), output("2")]);
    expect(off.lines).toEqual([]);
    expect(one.lines).toEqual(["program of 2 kernels"]);
    expect(two.lines).toEqual(["gemm 32×32×32", "nest 1024 + 1: exp, add, sum, log", "program of 2 kernels"]);
    expect([one.stdout, two.stdout]).toEqual([off.stdout, off.stdout]);
  });
});

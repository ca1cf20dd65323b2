import { readFileSync } from "node:fs";
import { tensor } from "@chainrule/core";
import { expect, it } from "vitest";
import { kernelFunction } from "../../../src/backend/wasm/abi/kernel-function.ts";
import { FunctionBuilder, type OpName } from "../../../src/backend/wasm/assembler/assembler.ts";
import { emitNest } from "../../../src/backend/wasm/nest/nest.ts";
import { target } from "../../../src/backend/wasm/target.ts";
import { canonicalize, graphOf } from "../../../src/graph/canonicalize.ts";
import { buffersOf } from "../../../src/lower/ir/buffers.ts";
import { printProgram } from "../../../src/lower/ir/print.ts";
import { lower } from "../../../src/lower/pipeline.ts";

const readme = readFileSync(new URL("../../../src/backend/wasm/README.md", import.meta.url), "utf8");
const block = (language: string): string =>
  new RegExp(`\`\`\`${language}\n(.*?)\n\`\`\``, "s").exec(readme)![1]!;

/** The instructions of a function in the order in which they are emitted, each with its first immediate. */
class Listing extends FunctionBuilder {
  readonly code: [name: string, immediate?: number | undefined][] = [];

  override op(name: OpName, ...immediates: number[]): this {
    this.code.push([name, immediates[0]]);
    return super.op(name, ...immediates);
  }
  override i32(x: number): this {
    this.code.push(["i32.const", x]);
    return super.i32(x);
  }
  override get(local: number): this {
    this.code.push(["local.get", local]);
    return super.get(local);
  }
  override set(local: number): this {
    this.code.push(["local.set", local]);
    return super.set(local);
  }
  override tee(local: number): this {
    this.code.push(["local.tee", local]);
    return super.tee(local);
  }
  override loop(body: () => void): this {
    this.code.push(["loop"]);
    return super.loop(() => this.#closed(body));
  }
  override if(then: () => void): this {
    this.code.push(["if"]);
    return super.if(() => this.#closed(then));
  }
  #closed(body: () => void): void {
    body();
    this.code.push(["end"]);
  }
}

const nestOf = () => {
  const [x, v] = [
    tensor(new Float32Array(30), { shape: [3, 10] }),
    tensor(new Float32Array(3), { shape: [3, 1] }),
  ];
  const program = lower(canonicalize(graphOf([x.mul(v).sum(1).node])), target);
  const [kernel] = program.kernels;
  if (kernel?.kind !== "nest") throw new Error("the example is one nest");
  return { program, kernel };
};

it("the README of the WebAssembly backend shows its example as one nest", () => {
  expect(printProgram(nestOf().program)).toContain(block("text"));
});

it("the README of the WebAssembly backend shows the instructions of its example, apart from those behind …", () => {
  const { kernel } = nestOf();
  const buffers = buffersOf(kernel);
  const f = new Listing(["i32", "i32", "i32", "i32", "i32"], []);
  const bases = buffers.map(() => f.local("i32"));
  const { base: _, ...parameters } = kernelFunction(buffers);
  emitNest({ ...parameters, f, base: (b) => bases[buffers.indexOf(b)]! }, kernel, {
    host: () => expect.unreachable("the example calls no function"),
  });

  const tokens = block("wat").replace(/;;.*/g, "").trim().split(/\s+/);
  /** Whether the code from `at` on is that of the tokens from `k` on; `locals` are those that names have stood for. */
  const fits = (k: number, at: number, locals: ReadonlyMap<string, number>): boolean => {
    if (k === tokens.length) return at === f.code.length;
    if (tokens[k] === "…") return f.code.some((_, i) => i >= at && fits(k + 1, i, locals));
    const [name, immediate] = f.code[at] ?? [];
    if (tokens[k] !== name) return false;
    const shown = tokens[k + 1] ?? "";
    if (/^\d/.test(shown)) return Number(shown) === immediate && fits(k + 2, at + 1, locals);
    if (!shown.startsWith("$")) return fits(k + 1, at + 1, locals);
    if ((locals.get(shown) ?? immediate) !== immediate) return false;
    return fits(k + 2, at + 1, new Map(locals).set(shown, immediate!));
  };
  const starts = f.code.map((_, at) => at);
  expect(
    starts.some((at) => fits(0, at, new Map([["$to", parameters.to]]))),
    JSON.stringify(f.code),
  ).toBe(true);
});

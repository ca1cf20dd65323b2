import { describe, expect, it } from "vitest";
import { FunctionBuilder, ModuleBuilder } from "../../../../src/backend/wasm/assembler/assembler.ts";
import type { EmitContext } from "../../../../src/backend/wasm/instructions/context.ts";
import { emitOp, emitters, type Primitive } from "../../../../src/backend/wasm/instructions/instructions.ts";
import { dtypes } from "../../../../src/dtype.ts";
import { primitives } from "../../../../src/scalar/primitives.ts";

const values = [Number.NaN, Infinity, -Infinity, 0, -0, 1, -1, 2.5, -2.5, 2 ** -149, -(2 ** -149), 1e30];

/** The values of a primitive in vectors for every x, with constant operands before and after it. */
function inVector(op: Primitive, xs: readonly number[], before: readonly number[], after: readonly number[]) {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const f = new FunctionBuilder([], []);
  const context: EmitContext = {
    f,
    width: "vector",
    type: "float32",
    lanes: 4,
    scratch: () => f.local("v128"),
  };
  const known = [...before, undefined, ...after];
  for (let at = 0; at < 4 * xs.length; at += 16) {
    f.i32(at);
    const operands = known.map((c) => () => {
      if (c === undefined) f.i32(at).op("v128.load", 2, 0);
      else f.f32(c).op("f32x4.splat");
    });
    emitOp(op, context, operands, known);
    f.op("v128.store", 2, 0);
  }
  const module = new ModuleBuilder();
  module.importMemory("env", "memory");
  module.func(f, "f");
  const array = new Float32Array(memory.buffer, 0, xs.length);
  array.set(xs);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), { env: { memory } });
  (exports.f as () => void)();
  return [...array];
}

describe.each(["minimum", "maximum"] as const)("%s in vectors", (word) => {
  it.each(values)("of a number and %d keeps NaN and tells zeros apart", (c) => {
    const expected = values.map((x) => primitives[word].float(x, c)).map(Math.fround);
    expect(inVector(word, values, [], [c])).toEqual(expected);
    expect(inVector(word, values, [c], [])).toEqual(expected);
  });
});

describe("scalb in vectors", () => {
  it("makes every power of two that is a normal number", () => {
    const k = Array.from({ length: 252 }, (_, i) => i - 126);
    for (const x of [1, -1.5])
      expect(inVector("scalb", k, [x], [])).toEqual(k.map((n) => Math.fround(x * 2 ** n)));
  });
});

describe("the table of emitters", () => {
  it("has an entry for every primitive and dtype", () => {
    const table: Record<string, object> = emitters;
    for (const name of Object.keys(primitives))
      expect(Object.keys(table[name] ?? {}).sort(), name).toEqual([...dtypes].sort());
    expect(Object.keys(table).sort()).toEqual(Object.keys(primitives).sort());
  });

  it("does not type-check without the entry of a primitive", () => {
    const { add: _, ...rest } = emitters;
    // @ts-expect-error: the table lacks `add`.
    const incomplete: typeof emitters = rest;
    expect(incomplete).not.toHaveProperty("add");
  });
});

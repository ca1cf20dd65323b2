import { describe, expect, it } from "vitest";
import {
  FunctionBuilder,
  ModuleBuilder,
  type OpName,
  type ValType,
} from "../../../../src/backend/wasm/assembler/assembler.ts";
import { instructions } from "../../../../src/backend/wasm/assembler/opcodes.ts";

type Callable = (...args: (number | bigint)[]) => number | bigint;

/** The function with the given body, ready to be called. */
function build(
  params: readonly ValType[],
  results: readonly ValType[],
  write: (f: FunctionBuilder) => void,
): Callable {
  const f = new FunctionBuilder(params, results);
  write(f);
  const module = new ModuleBuilder();
  module.importMemory("env", "memory");
  module.func(f, "f");
  const memory = new WebAssembly.Memory({ initial: 1 });
  return new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), { env: { memory } }).exports
    .f as Callable;
}

describe("instructions", () => {
  /** What an instruction takes and gives follows from its name; the engine's type check proves that the opcode fits. */
  function signature(name: string): { takes: ValType[]; gives: ValType[] } {
    const [space, word] = name.split(".") as [string, string];
    const lanes = /x/.test(space) || space === "v128";
    const type = (lanes ? "v128" : space) as ValType;
    const scalar: Record<string, ValType> = { i8x16: "i32", i16x8: "i32", i32x4: "i32", i64x2: "i64" };
    scalar.f32x4 = "f32";
    scalar.f64x2 = "f64";
    const lane = scalar[space] as ValType;
    if (/^(load|store)\d*_lane/.test(word))
      return { takes: ["i32", "v128"], gives: /^l/.test(word) ? [type] : [] };
    if (word.startsWith("load")) return { takes: ["i32"], gives: [type] };
    if (word.startsWith("store")) return { takes: ["i32", type], gives: [] };
    if (name === "memory.size") return { takes: [], gives: ["i32"] };
    if (name === "memory.grow") return { takes: ["i32"], gives: ["i32"] };
    if (space === "memory") return { takes: ["i32", "i32", "i32"], gives: [] };
    if (word === "splat") return { takes: [lane], gives: [type] };
    if (word.startsWith("extract_lane")) return { takes: [type], gives: [lane] };
    if (word === "replace_lane") return { takes: [type, lane], gives: [type] };
    if (word === "bitselect" || /relaxed/.test(word)) return { takes: [type, type, type], gives: [type] };
    if (/^(any_true|all_true|bitmask)$/.test(word)) return { takes: [type], gives: ["i32"] };
    if (lanes && /^(shl|shr)/.test(word)) return { takes: [type, "i32"], gives: [type] };
    if (
      lanes &&
      /^(not|abs|neg|sqrt|ceil|floor|trunc|nearest|popcnt|extend_|convert|demote|promote)/.test(word)
    )
      return { takes: [type], gives: [type] };
    if (lanes) return { takes: [type, type], gives: [type] };
    const from = /_([if](?:32|64))/.exec(word)?.[1] as ValType | undefined;
    if (from) return { takes: [from], gives: [type] };
    if (word === "eqz") return { takes: [type], gives: ["i32"] };
    if (/^(eq|ne|lt|gt|le|ge)(_|$)/.test(word)) return { takes: [type, type], gives: ["i32"] };
    if (/^(clz|ctz|popcnt|abs|neg|ceil|floor|trunc|nearest|sqrt|extend)/.test(word))
      return { takes: [type], gives: [type] };
    return { takes: [type, type], gives: [type] };
  }

  /** Node 20 refuses relaxed instructions. */
  const typed = [...instructions].filter(([name]) => /^(?!local).*\.(?!relaxed)/.test(name));

  it.each(typed)("%s has the type that its name says", (name, { immediates }) => {
    const { takes, gives } = signature(name);
    const f = new FunctionBuilder(takes, gives);
    for (const i of takes.keys()) f.get(i);
    f.op(name, ...Array.from({ length: immediates }, () => 0));
    const module = new ModuleBuilder();
    module.importMemory("env", "memory");
    module.func(f);
    expect(WebAssembly.validate(module.bytes())).toBe(true);
  });

  /** Instructions of one signature could be swapped unseen; these compute. */
  const binary: [OpName, ValType, number, number, number][] = [
    ["i32.add", "i32", 7, 3, 10],
    ["i32.sub", "i32", 7, 3, 4],
    ["i32.div_s", "i32", -7, 2, -3],
    ["i32.rem_u", "i32", 7, 4, 3],
    ["i32.shr_s", "i32", -8, 1, -4],
    ["i32.rotl", "i32", 1 << 31, 1, 1],
    ["f32.min", "f32", 2, 3, 2],
    ["f32.copysign", "f32", 2, -3, -2],
    ["f64.div", "f64", 1, 4, 0.25],
    ["f64.max", "f64", 2, 3, 3],
  ];
  it.each(binary)("%s computes", (name, type, a, b, value) =>
    expect(build([type, type], [type], (f) => f.get(0).get(1).op(name))(a, b)).toBe(value),
  );

  const lanes: [OpName, number, number, number][] = [
    ["f32x4.add", 3, 2, 5],
    ["f32x4.sub", 3, 2, 1],
    ["f32x4.mul", 3, 2, 6],
    ["f32x4.div", 3, 2, 1.5],
    ["f32x4.min", 3, 2, 2],
    ["f32x4.max", 3, 2, 3],
    ["f32x4.pmin", 3, 2, 2],
    ["f32x4.pmax", 3, 2, 3],
  ];
  it.each(lanes)("%s computes", (name, a, b, value) => {
    const f32 = build(["f32", "f32"], ["f32"], (f) =>
      f.get(0).op("f32x4.splat").get(1).op("f32x4.splat").op(name).op("f32x4.extract_lane", 3),
    );
    const name64 = name.replace("f32x4", "f64x2") as OpName;
    const f64 = build(["f64", "f64"], ["f64"], (f) =>
      f.get(0).op("f64x2.splat").get(1).op("f64x2.splat").op(name64).op("f64x2.extract_lane", 1),
    );
    expect(f32(a, b)).toBe(value);
    expect(f64(a, b)).toBe(value);
  });

  it("refuses a wrong number of immediates", () =>
    expect(() => new FunctionBuilder([], []).op("v128.load", 2)).toThrow(
      "v128.load takes 2 immediates, not 1",
    ));
});

describe("constants", () => {
  const integers = [0, 1, -1, 63, 64, -64, -65, 127, 128, 8191, 8192, 2 ** 31 - 1, -(2 ** 31)];
  it.each(integers)("i32 and i64 say %d", (x) => {
    expect(build([], ["i32"], (f) => f.i32(x))()).toBe(x);
    expect(build([], ["i64"], (f) => f.i64(BigInt(x)))()).toBe(BigInt(x));
  });
  it.each([2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n])("i64 says %d", (x) =>
    expect(build([], ["i64"], (f) => f.i64(x))()).toBe(x),
  );
  it.each([0, -0, 0.1, 1e-45, Infinity, -Infinity, NaN])("f32 and f64 say %d", (x) => {
    expect(build([], ["f32"], (f) => f.f32(x))()).toBe(Math.fround(x));
    expect(build([], ["f64"], (f) => f.f64(x))()).toBe(x);
  });
  it("v128 says sixteen bytes", () => {
    const bytes = Uint8Array.from({ length: 16 }, (_, i) => 17 * i);
    const lane = (i: number) => build([], ["i32"], (f) => f.v128(bytes).op("i32x4.extract_lane", i))();
    expect([...new Int32Array(bytes.buffer)]).toEqual([0, 1, 2, 3].map((i) => Number(lane(i))));
  });
});

describe("control", () => {
  it("loops until a branch leaves the block", () => {
    const triangular = build(["i32"], ["i32"], (f) => {
      const sum = f.local("i32");
      f.block(() =>
        f.loop(() => {
          f.get(0).op("i32.eqz").brIf(1);
          f.get(sum).get(0).op("i32.add").set(sum);
          f.get(0).i32(1).op("i32.sub").set(0).br(0);
        }),
      );
      f.get(sum);
    });
    expect([0, 1, 10, 100_000].map((n) => triangular(n))).toEqual([0, 1, 55, 705_082_704]);
  });

  it("gives the result of the branch taken", () => {
    const abs = build(["f64"], ["f64"], (f) =>
      f
        .get(0)
        .f64(0)
        .op("f64.lt")
        .if(
          () => f.get(0).op("f64.neg"),
          () => f.get(0),
          "f64",
        ),
    );
    expect([-2, 3].map((x) => abs(x))).toEqual([2, 3]);
  });

  it("keeps locals of mixed types apart", () => {
    const f = build([], ["f64"], (f) => {
      const [a, b, c] = [f.local("i32"), f.local("f64"), f.local("i32")];
      f.i32(2).set(a).f64(0.5).set(b).i32(3).set(c);
      f.get(a).get(c).op("i32.mul").op("f64.convert_i32_s").get(b).op("f64.add");
    });
    expect(f()).toBe(6.5);
  });
});

describe("modules", () => {
  it("calls imports, itself and functions that are added later", () => {
    const module = new ModuleBuilder();
    const log = module.importFunction("env", "log", ["i32"], []);
    const factorial = new FunctionBuilder(["i32"], ["i32"]);
    const self = module.func(factorial, "factorial");
    const multiply = new FunctionBuilder(["i32", "i32"], ["i32"]);
    const product = module.func(multiply);
    multiply.get(0).get(1).op("i32.mul");
    factorial
      .get(0)
      .call(log)
      .get(0)
      .op("i32.eqz")
      .if(
        () => factorial.i32(1),
        () => factorial.get(0).get(0).i32(1).op("i32.sub").call(self).call(product),
        "i32",
      );
    const seen: number[] = [];
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), {
      env: { log: (x: number) => seen.push(x) },
    });
    expect((exports.factorial as Callable)(5)).toBe(120);
    expect(seen).toEqual([5, 4, 3, 2, 1, 0]);
  });

  it("reads and writes the imported memory", () => {
    const module = new ModuleBuilder();
    module.importMemory("env", "memory");
    const copy = new FunctionBuilder(["i32", "i32"], []);
    copy.get(1).get(0).op("v128.load", 0, 300).op("v128.store", 0, 0);
    module.func(copy, "copy");
    const memory = new WebAssembly.Memory({ initial: 1 });
    const bytes = new Uint8Array(memory.buffer);
    for (let i = 0; i < 16; i++) bytes[301 + i] = i + 1;
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), { env: { memory } });
    (exports.copy as Callable)(1, 1000);
    expect([...bytes.subarray(1000, 1016)]).toEqual([...bytes.subarray(301, 317)]);
    expect(bytes[1000]).toBe(1);
  });
});

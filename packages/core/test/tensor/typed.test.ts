import { runInNewContext } from "node:vm";
import {
  ChainruleError,
  compile,
  type DType,
  dynamic,
  getDefaultDtype,
  setDefaultDtype,
  type Tensor,
  type TensorData,
  tensor,
} from "@chainrule/core";
import { table } from "@chainrule/core/internal";
import { afterEach, describe, expect, it } from "vitest";
import { kinds } from "../../src/tensor/typed.ts";

const dtypes: readonly DType[] = ["bool", "int32", "float32", "float64"];

type Maker = new (data: readonly unknown[]) => TensorData & { readonly length: number };

/** The kinds of typed arrays that this engine has, with elements at the ends of what each holds. */
const arrays = Object.keys(kinds).flatMap((name) => {
  const make = (globalThis as unknown as Record<string, Maker | undefined>)[name];
  if (!make) return [];
  const big = name.startsWith("Big");
  const bits = Number(/\d+/.exec(name)?.[0]);
  const float = name.startsWith("Float");
  const ends = float ? [-1.5, 0.25] : bits >= 32 ? [2 ** 31 - 1] : [2 ** (bits - 1) - 1];
  const negative = /^(Int|BigInt)/.test(name) ? [-1] : [];
  const values = [0, 7, ...ends, ...negative];
  return [[name, make, values, (big ? values.map(BigInt) : values) as readonly unknown[]] as const];
});

describe("typed arrays", () => {
  it.each(arrays)("of kind %s become numbers of a fitting dtype", (name, Make, values, given) => {
    const x = tensor(new Make(given));
    expect(x.dtype).toBe(kinds[name]);
    expect(x.toArray()).toEqual(values);
  });
  it.each(
    arrays.flatMap(([name, Make, values, given]) =>
      dtypes.map((d) => [name, d, Make, values, given] as const),
    ),
  )("of kind %s are converted to %s as lists are", (_, dtype, Make, values, given) => {
    const expected = tensor(values as number[], { dtype: "float64" }).to(dtype);
    const x = tensor(new Make(given), { dtype });
    expect([x.dtype, x.toArray()]).toEqual([dtype, expected.toArray()]);
    const rows = tensor([new Make(given), new Make(given)], { dtype });
    expect(rows.toArray()).toEqual([expected.toArray(), expected.toArray()]);
  });
  it.each(arrays)("of kind %s are copied", (_, Make, values, given) => {
    const array = new Make(given) as unknown as unknown[];
    const x = tensor(array as never);
    array[0] = array[1];
    expect(x.toArray()).toEqual(values);
  });
  it("of shared memory, of subclasses and of another realm are taken alike", () => {
    const shared = new Uint8Array(new SharedArrayBuffer(3));
    shared.set([1, 2, 255]);
    const foreign = runInNewContext("new Uint8Array([1, 2, 255])");
    for (const bytes of [shared, Buffer.from([1, 2, 255]), foreign])
      expect(tensor(bytes).toArray()).toEqual([1, 2, 255]);
  });
  it("are rows beside lists, in the dtype that both promote to", () => {
    const x = tensor([new Uint8Array([1, 255]), [0.5, 2]]);
    expect([x.dtype, x.toArray()]).toEqual([
      "float32",
      [
        [1, 255],
        [0.5, 2],
      ],
    ]);
    expect(tensor([[new Int16Array([-1])], [new Float64Array([0.1])]]).toArray()).toEqual([[[-1]], [[0.1]]]);
  });
  it.each([
    [new Uint32Array([1, 2 ** 31]), [1, 2 ** 31]],
    [new BigInt64Array([-(2n ** 40n)]), [-(2 ** 40)]],
    [new BigUint64Array([2n ** 53n - 1n]), [2 ** 53 - 1]],
  ] as const)("beyond int32 are refused unless a dtype is asked for: %o", (array, numbers) => {
    expect(() => tensor(array)).toThrow(/tensor: element \d is .* beyond int32.*float64/);
    expect(() => tensor([array])).toThrow(ChainruleError);
    expect(tensor(array, { dtype: "float64" }).toArray()).toEqual(numbers);
    expect(tensor([array], { dtype: "float64" }).toArray()).toEqual([numbers]);
  });
  it("of 64-bit integers that no number tells apart are refused", () => {
    expect(() => tensor(new BigUint64Array([2n ** 53n + 1n]), { dtype: "float64" })).toThrow(/2⁵³/);
  });
});

describe("pixels", () => {
  const pixels = { data: Uint8ClampedArray.from({ length: 24 }, (_, i) => 10 * i), width: 3, height: 2 };
  it("are [height, width, 4] numbers", () => {
    const x = tensor(pixels);
    expect([x.shape, x.dtype]).toEqual([[2, 3, 4], "int32"]);
    expect(x.at(1, 2, 3).item()).toBe(230);
    expect(tensor(pixels, { dtype: "float64" }).div(255).amax().item()).toBe(230 / 255);
  });
  it("that do not fill the image are refused", () => {
    expect(() => tensor({ ...pixels, width: 4 })).toThrow(
      /tensor: 24 elements do not fill shape \[2, 4, 4\]/,
    );
  });
});

describe("tensors in lists", () => {
  it("are stacked at any depth and keep their history", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const y = tensor([[x, x.mul(3)]]);
    expect(y.toArray()).toEqual([
      [
        [1, 2],
        [3, 6],
      ],
    ]);
    y.sum().backward();
    expect(x.grad?.toArray()).toEqual([4, 4]);
  });
  it("stand among numbers, which adapt to them", () => {
    const a = tensor(2, { dtype: "int32" });
    expect([
      tensor([a, 3]).dtype,
      tensor([a, 0.5]).dtype,
      tensor([a, tensor(1, { dtype: "float64" })]).dtype,
    ]).toEqual(["int32", "float32", "float64"]);
    expect(tensor([1, a, true]).toArray()).toEqual([1, 2, 1]);
    expect(tensor([new Float64Array([1, 2]), a.expand([2])]).toArray()).toEqual([
      [1, 2],
      [2, 2],
    ]);
  });
  it("take a dtype and a shape", () => {
    const x = tensor([tensor([1.5, 2]), tensor([3, 4])], { dtype: "int32", shape: [4] });
    expect([x.dtype, x.toArray()]).toEqual(["int32", [1, 2, 3, 4]]);
    expect(tensor(tensor([1, 2]), { dtype: "float64" }).dtype).toBe("float64");
  });
  it("of several shapes are refused", () => {
    expect(() => tensor([tensor([1]), tensor(2)])).toThrow(/tensor: ragged.*\[1\] and \[\]/);
    expect(() => tensor([tensor([1]), []])).toThrow(ChainruleError);
  });
});

describe("what is no number", () => {
  const cyclic: unknown[] = [];
  cyclic.push(cyclic, cyclic);
  const behind: unknown[] = [tensor(1)];
  behind.push(behind);
  // biome-ignore lint/suspicious/noSparseArray: what is missing is the point
  const holey = [1, , 3];
  it.each([
    ["a cyclic list", cyclic],
    ["a cyclic list of tensors", behind],
    ["a list with holes", holey],
    ["an array buffer", new ArrayBuffer(8)],
    ["a view without elements", new DataView(new ArrayBuffer(8))],
    ["a set", new Set([1])],
    ["a date", new Date(0)],
    ["an object like a list", { 0: 1, length: 1 }],
    ["a string of digits", ["1"]],
    ["a bigint", 1n],
    ["a function", () => 1],
    ["a symbol", Symbol("x")],
    ["an object without a prototype", Object.create(null)],
    ["rows of several lengths", [new Float32Array(2), [1]]],
    ["a number beside a row", [new Float32Array(2), 1]],
  ])("is refused by name: %s", (_, data) => {
    expect(() => tensor(data as never)).toThrow(ChainruleError);
    expect(tensor([1, 2]).add(1).toArray()).toEqual([2, 3]);
  });
  it("has the place and the fix in the message", () => {
    expect(() => tensor([[1, "2"]] as never)).toThrow(/tensor: \[0\]\[1\] is "2".*Number\(x\)\?/);
    expect(() => tensor(new ArrayBuffer(8) as never)).toThrow(
      /class ArrayBuffer.*new Float32Array\(buffer\)\?/,
    );
    expect(() => tensor([Number.NaN], { dtype: "int32" })).toThrow(/element 0 is NaN/);
  });
});

describe("numbers that int32 does not hold", () => {
  const x = tensor([5, -5, 2 ** 31 - 1, -(2 ** 31), 2 ** 24 + 1, 0], { dtype: "int32" });
  const exact = x.to("float64");
  const numbers = [3e9, -3e9, 2 ** 31, -(2 ** 31) - 1, 2 ** 32 + 5, 2 ** 53, 2 ** 31 - 1.5, 2 ** 24 + 0.5];
  const binary = (types: string) =>
    Object.entries(table.elementwise).flatMap(([name, f]) =>
      f.formula.types === types && f.formula.f.length === 2
        ? [[name, f as unknown as (a: Tensor["node"], b: number) => Tensor["node"]] as const]
        : [],
    );
  const run = (f: (a: Tensor["node"], b: number) => Tensor["node"], a: Tensor, n: number) =>
    new (a.constructor as new (node: unknown) => Tensor)(f(a.node, n));
  it.each(binary("compare"))("are compared by their true value: %s", (_, f) => {
    for (const n of numbers) expect(run(f, x, n).toArray()).toEqual(run(f, exact, n).toArray());
  });
  it.each([...binary("number"), ...binary("choice")])("make float64 where they are whole: %s", (_, f) => {
    for (const n of numbers.filter(Number.isInteger)) {
      const y = run(f, x, n);
      expect([n, y.dtype, y.toArray()]).toEqual([n, "float64", run(f, exact, n).toArray()]);
    }
  });
  it("leave the order of bounds without effect on the dtype", () => {
    expect(x.clamp(-3e9, 1.5).dtype).toBe(x.clamp(-1.5, 3e9).dtype);
    expect(x.clamp(0, 2 ** 32).toArray()).toEqual([5, 0, 2 ** 31 - 1, 0, 2 ** 24 + 1, 0]);
  });
  it("are clamped where int32 is asked for, as `to` does", () => {
    expect(tensor([3e9, -3e9, Number.POSITIVE_INFINITY], { dtype: "int32" }).toArray()).toEqual(
      tensor([3e9, -3e9, Number.POSITIVE_INFINITY]).to("int32").toArray(),
    );
  });
  it("and float32 neither are compared by their true value", () => {
    const y = tensor([Number.POSITIVE_INFINITY, 1]);
    expect([y.eq(1e39).toArray(), y.lt(1e39).toArray()]).toEqual([
      [false, false],
      [false, true],
    ]);
  });
});

describe("dynamic numbers", () => {
  const choices = dtypes.flatMap((dtype) => [2, 3e9, 0.5].map((n) => [dtype, n] as const));
  it.each(choices)("promote as numbers do: %s with %f", (dtype, n) => {
    const x = tensor([1, 0], { dtype });
    const f = (t: Tensor) => [t.mul(dynamic(() => n)), t.lt(dynamic(() => n))];
    const [eager, compiled] = [f(x), compile(f)(x)];
    expect(compiled.map((t) => [t.dtype, t.toArray()])).toEqual(eager.map((t) => [t.dtype, t.toArray()]));
  });
  it("have a function traced anew where their kind of number changes, and only there", () => {
    let n = 2;
    let traced = 0;
    const f = compile((x: Tensor) => {
      traced++;
      return x.mul(dynamic(() => n));
    });
    const seen: [string, unknown][] = [];
    for (n of [2, 3, 0.5, 0.25, 3e9]) {
      const y = f(tensor([3], { dtype: "int32" }));
      seen.push([y.dtype, y.item()]);
    }
    expect(seen).toEqual([
      ["int32", 6],
      ["int32", 9],
      ["float32", 1.5],
      ["float32", 0.75],
      ["float64", 9e9],
    ]);
    expect(traced).toBe(3);
  });
});

describe("the default dtype", () => {
  afterEach(() => setDefaultDtype("float32"));
  it("is float32 at first, and a float one", () => {
    expect(getDefaultDtype()).toBe("float32");
    expect(() => setDefaultDtype("int32" as never)).toThrow(ChainruleError);
    expect(() => setDefaultDtype("double" as never)).toThrow(ChainruleError);
  });
  it("is what compiled functions are traced for", () => {
    const f = compile((x: Tensor) => x.add(tensor(0.1)));
    const x = tensor([0], { dtype: "int32" });
    const first = f(x).dtype;
    setDefaultDtype("float64");
    expect([first, f(x).dtype, f(x).item()]).toEqual(["float32", "float64", 0.1]);
  });
});

import { Generator, Parameter, zeros } from "@chainrule/core";
import { init, Linear } from "@chainrule/nn";
import { describe, expect, it } from "vitest";

type Init = (p: Parameter) => Parameter;

const generator = () => new Generator(11);
const moments = (p: Parameter) => {
  const x = [...p.data()];
  const mean = x.reduce((a, b) => a + b, 0) / x.length;
  return { x, mean, std: Math.sqrt(x.reduce((s, v) => s + (v - mean) ** 2, 0) / x.length) };
};

/** A convolution's weight: 60 inputs and 90 outputs of 9 places each. */
const shape = [90, 60, 3, 3];
const [fanIn, fanOut] = [60 * 9, 90 * 9];

describe.each<[string, Init, number, number]>([
  ["uniform", (p) => init.uniform(p, -1, 3, { generator: generator() }), -1, 3],
  ...([1, 5 / 3] as const).map((gain): [string, Init, number, number] => {
    const bound = gain * Math.sqrt(6 / (fanIn + fanOut));
    return [
      `xavierUniform of gain ${gain}`,
      (p) => init.xavierUniform(p, gain, { generator: generator() }),
      -bound,
      bound,
    ];
  }),
  ...(
    [
      [{}, Math.SQRT2, fanIn],
      [{ mode: "fanOut", nonlinearity: "relu" }, Math.SQRT2, fanOut],
      [{ a: 2 }, Math.sqrt(2 / 5), fanIn],
      [{ nonlinearity: "tanh" }, 5 / 3, fanIn],
    ] as const
  ).map(([options, gain, fan]): [string, Init, number, number] => {
    const bound = gain * Math.sqrt(3 / fan);
    return [
      `kaimingUniform ${JSON.stringify(options)}`,
      (p) => init.kaimingUniform(p, { ...options, generator: generator() }),
      -bound,
      bound,
    ];
  }),
])("%s", (_name, fill, low, high) => {
  it("the initialization is uniform on its interval", () => {
    const { x, mean, std } = moments(fill(new Parameter(zeros(shape))));
    const width = high - low;
    expect(x.every((v) => v >= Math.fround(low) && v <= Math.fround(high))).toBe(true);
    // 48600 draws: mean and standard deviation within five of their standard errors.
    expect(Math.abs(mean - (low + high) / 2)).toBeLessThan((5 * width) / Math.sqrt(12 * x.length));
    expect(Math.abs(std / (width / Math.sqrt(12)) - 1)).toBeLessThan(5 * Math.sqrt(0.2 / x.length));
  });
});

describe.each<[string, Init, number, number]>([
  ["normal", (p) => init.normal(p, 2, 0.5, { generator: generator() }), 2, 0.5],
  [
    "xavierNormal",
    (p) => init.xavierNormal(p, 2, { generator: generator() }),
    0,
    2 * Math.sqrt(2 / (fanIn + fanOut)),
  ],
  ["kaimingNormal", (p) => init.kaimingNormal(p, { generator: generator() }), 0, Math.sqrt(2 / fanIn)],
  [
    "kaimingNormal backwards",
    (p) => init.kaimingNormal(p, { mode: "fanOut", generator: generator() }),
    0,
    Math.sqrt(2 / fanOut),
  ],
])("%s", (_name, fill, center, spread) => {
  it("the initialization has its mean and standard deviation", () => {
    const { x, mean, std } = moments(fill(new Parameter(zeros(shape))));
    expect(Math.abs(mean - center)).toBeLessThan((5 * spread) / Math.sqrt(x.length));
    expect(Math.abs(std / spread - 1)).toBeLessThan(5 / Math.sqrt(2 * x.length));
  });
});

describe("filling a parameter", () => {
  it("an initialization returns the parameter, which is trained, keeps its dtype and has no history", () => {
    const p = new Parameter(zeros([2, 2], { dtype: "float64" }));
    for (const fill of [init.ones, init.uniform, init.xavierNormal, init.kaimingUniform] as Init[]) {
      expect(fill(p)).toBe(p);
      expect([p.requiresGrad, p.isLeaf, p.dtype]).toEqual([true, true, "float64"]);
    }
    expect(init.constant(p, 3).toArray()).toEqual([
      [3, 3],
      [3, 3],
    ]);
    expect(init.zeros(p).toArray()).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  it("an initialization draws the same values from the same seed", () => {
    const drawn = () => new Linear(3, 4, { generator: generator() }).parameters().map((p) => p.toArray());
    expect(drawn()).toEqual(drawn());
  });
});

it("Linear draws weight and bias from ±1/√inFeatures", () => {
  const { weight, bias } = new Linear(100, 400, { generator: generator() });
  for (const p of [weight, bias as Parameter]) {
    const { x, std } = moments(p);
    expect(Math.max(...x.map(Math.abs))).toBeLessThanOrEqual(Math.fround(0.1));
    expect(Math.abs(std / (0.1 / Math.sqrt(3)) - 1)).toBeLessThan(5 * Math.sqrt(0.2 / x.length));
  }
});

it.each([
  ["linear", 1],
  ["sigmoid", 1],
  ["tanh", 5 / 3],
  ["relu", Math.sqrt(2)],
  ["leakyRelu", Math.sqrt(2 / (1 + 0.01 ** 2))],
  ["selu", 0.75],
] as const)("the gain of %s is %s", (nonlinearity, gain) => {
  expect(init.calculateGain(nonlinearity)).toBe(gain);
});

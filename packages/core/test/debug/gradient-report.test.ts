import { ChainruleError, gradientReport, Parameter, tensor } from "@chainrule/core";
import { Linear, ReLU, Sequential } from "@chainrule/nn";
import { Adam, SGD } from "@chainrule/optim";
import { describe, expect, it } from "vitest";

const withGradient = (values: number[], gradient: number[]): Parameter => {
  const p = new Parameter(tensor(values));
  p.grad = tensor(gradient);
  return p;
};

describe("gradientReport", () => {
  it("measures norm, maximum and the shares of zeros and of non-finite elements", () => {
    const [row] = gradientReport({ w: withGradient([3, -4, 0, 0], [0, Number.NaN, -Infinity, 2]) }).rows;
    expect(row).toEqual({
      name: "w",
      size: 4,
      parameter: { norm: 5, max: 4, zeros: 0.5, nonFinite: 0 },
      gradient: { norm: Number.NaN, max: Number.NaN, zeros: 0.25, nonFinite: 0.5 },
      updateRatio: null,
    });
  });

  it("measures sizes whose squares overflow or underflow", () => {
    const [row] = gradientReport({ w: withGradient([3e30, 4e30], [3e-30, 4e-30]) }).rows;
    expect(row!.parameter.norm / 5e30).toBeCloseTo(1, 6);
    expect(row!.gradient!.norm / 5e-30).toBeCloseTo(1, 6);
  });

  it("compares the next step of an optimizer with the parameters, and takes no step", () => {
    const [w, frozen] = [withGradient([3, 4], [6, 8]), new Parameter(tensor([1]))];
    const optimizer = new SGD([w], { lr: 0.1 });
    const report = gradientReport({ w, frozen }, { optimizer });
    expect(report.rows[0]!.updateRatio).toBeCloseTo(0.2, 6);
    expect(report.rows[1]).toMatchObject({ gradient: null, updateRatio: null });
    expect(w.toArray()).toEqual([3, 4]);
    expect(w.grad!.toArray()).toEqual([6, 8]);
  });

  it("prints a line for each parameter, or for each layer", () => {
    const model = new Sequential(new Linear(2, 3), new ReLU(), new Linear(3, 1));
    model
      .forward(tensor([[1, 2]]))
      .sum()
      .backward();
    const optimizer = new Adam(model.parameters());
    const last = (report: unknown) =>
      String(report)
        .split("\n")
        .map((line) => line.split(" ").at(-1));
    expect(last(gradientReport(model))).toEqual(["parameter", "0.weight", "0.bias", "2.weight", "2.bias"]);
    expect(last(gradientReport(model, { by: "layer", optimizer }))).toEqual(["parameter", "0", "2"]);
    expect(String(gradientReport(model))).not.toContain("‖Δθ‖");
    expect(String(gradientReport(model, { optimizer }))).toContain("‖Δθ‖/‖θ‖");
    const [byLayer] = gradientReport(model, { by: "layer" }).rows;
    const [weight, bias] = gradientReport(model).rows;
    expect(byLayer!.size).toBe(9);
    expect(byLayer!.parameter.norm).toBeCloseTo(Math.hypot(weight!.parameter.norm, bias!.parameter.norm), 6);
  });

  it("prints small shares as more than nothing, and what is not finite by name", () => {
    const many = Array.from({ length: 1000 }, (_, i) => (i === 0 ? 0 : 1));
    const text = String(
      gradientReport({
        w: withGradient(
          many,
          many.map((x) => (x ? 1 : Infinity)),
        ),
      }),
    );
    expect(text).toMatch(/31\.6 +1\.00 +<1% +0% +Infinity +Infinity +0% +<1% +w/);
  });

  it("draws a bar for each number as a self-contained SVG, in red where it is not finite", () => {
    const report = gradientReport(
      { "a<b": withGradient([1, 0], [1, Number.NaN]), c: withGradient([0, 0], [1e-3, 0]) },
      { optimizer: { preview: () => new Map() } },
    );
    const svg = report.svg();
    expect(svg).toMatch(/^<svg xmlns.*<\/svg>$/s);
    expect(svg).toContain(">a&lt;b</text>");
    expect(svg.match(/class="track"/g)).toHaveLength(4);
    expect(svg.match(/class="bad"[^>]*width="150"/g)).toHaveLength(1);
    expect(svg.match(/width="0" height/g)).toHaveLength(1);
    expect(svg).not.toMatch(/href|url\(|NaN"/);
  });

  const w = withGradient([1], [1]);
  const refusals: readonly (readonly [title: string, call: () => unknown, message: RegExp])[] = [
    ["no parameters", () => gradientReport({}), /there are no parameters/],
    [
      "parameters without gradients",
      () => gradientReport({ w: new Parameter(tensor(1)) }),
      /loss\.backward\(\)/,
    ],
    ["what is no parameter", () => gradientReport({ w, b: 3 } as never), /b is 3, not a parameter/],
    ["what holds no parameters", () => gradientReport(3 as never), /a module, or an object of parameters/],
    ["an optimizer without preview", () => gradientReport({ w }, { optimizer: {} as never }), /preview\(\)/],
    [
      "a preview that is no map",
      () => gradientReport({ w }, { optimizer: { preview: () => 3 as never } }),
      /returned 3/,
    ],
    [
      "a preview of another shape",
      () => gradientReport({ w }, { optimizer: { preview: () => new Map([[w, tensor([1, 2])]]) } }),
      /the next value of w is a tensor float32\[2\]/,
    ],
    ["an unknown grouping", () => gradientReport({ w }, { by: "module" as never }), /by/],
  ];
  it.each(refusals)("refuses %s", (_, call, message) => {
    expect(call).toThrow(ChainruleError);
    expect(call).toThrow(message);
  });
});

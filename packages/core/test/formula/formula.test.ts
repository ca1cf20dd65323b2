import {
  compile,
  dynamic,
  explain,
  formula,
  grad,
  jvp,
  noGrad,
  Parameter,
  setDefaultDtype,
  type Tensor,
  tensor,
} from "@chainrule/core";
import { programsPrepared } from "@chainrule/core/internal";
import { describe, expect, it } from "vitest";

const x = tensor([0.5, 2]);

describe("a template", () => {
  it("takes tensors and numbers in any place", () => {
    const half = 0.5;
    expect(formula`${half}${x}² + ${true}`.toArray()).toEqual([1.125, 3]);
    expect(formula`sum(${x}, dim=${0}, keepdim=${true})`.shape).toEqual([1]);
  });

  it("is parsed once at each place of the program", () => {
    const strings = Object.assign(["", " + 1"], { raw: ["", " + 1"] });
    expect(formula(strings, x).toArray()).toEqual([1.5, 3]);
    strings.raw = ["", " is never read"];
    expect(formula(strings, x).toArray()).toEqual([1.5, 3]);
  });

  it("of a value alone is that value, and of a number a tensor", () => {
    expect(formula`${x}`.equal(x)).toBe(true);
    expect(formula`2π`).toMatchObject({ shape: [], dtype: "float32" });
    expect(formula`${true}`.dtype).toBe("bool");
  });

  it("reads the text as it is written, backslashes too", () => {
    expect(() => formula`\u`).toThrow("formula: \\ (U+005C) is no part of a formula");
  });
});

describe("a text", () => {
  it("is parsed once", () => {
    expect(formula.parse("x + 1")).toBe(formula.parse("x + 1"));
  });

  it("is forgotten after 256 others", () => {
    const first = formula.parse("x + 0.5");
    for (let i = 0; i < 256; i++) formula.parse(`x + ${i}`);
    expect(formula.parse("x + 0.5")).not.toBe(first);
    expect(formula.parse("x + 255")).toBe(formula.parse("x + 255"));
  });

  it("has the same names whether letters are precomposed or not", () => {
    const [composed, decomposed] = ["ŷ", "y\u0302"];
    for (const text of [composed, decomposed])
      for (const name of [composed, decomposed])
        expect(
          formula
            .parse(`2${text}`)({ [name]: 3 })
            .item(),
        ).toBe(6);
  });

  it("takes numbers as they are: they adapt to the dtypes of tensors", () => {
    expect(
      formula
        .parse("x·a")({ x: tensor([1], { dtype: "float64" }), a: 0.1 })
        .item(),
    ).toBe(0.1);
    expect(formula.parse("x + 1")({ x: tensor([1], { dtype: "int32" }) }).dtype).toBe("int32");
  });

  it("makes numbers tensors of the default dtype", () => {
    setDefaultDtype("float64");
    try {
      expect(formula.parse("1/3")().item()).toBe(1 / 3);
    } finally {
      setDefaultDtype("float32");
    }
  });
});

describe("a name that is given is a variable", () => {
  const cases: readonly (readonly [string, Record<string, number>, number])[] = [
    ["e + 1", { e: 2 }, 3],
    ["e^x", { e: 2, x: 3 }, 8],
    ["2π", { π: 3 }, 6],
    ["sum + max", { sum: 1, max: 2 }, 3],
    ["sum(x + 1)", { sum: 2, x: 3 }, 8],
    ["σ²/2", { σ: 4 }, 8],
    ["σ x", { σ: 4, x: 2 }, 8],
    ["(x − μ)²/(2σ²)", { x: 5, μ: 1, σ: 2 }, 2],
    ["t x", { t: 2, x: 5 }, 10],
  ];
  it.each(cases)("%s with %j", (text, names, value) => {
    expect(formula.parse(text)(names).item()).toBe(value);
  });

  it("and otherwise a function, in the same text", () => {
    const f = formula.parse("σ(x)");
    expect(f({ x: 0 }).item()).toBe(0.5);
    expect(f({ x: 3, σ: 2 }).item()).toBe(6);
    expect(f({ x: 0 }).item()).toBe(0.5);
  });
});

describe("in transformations", () => {
  const direct = (z: Tensor) => z.sigmoid().log().mul(2).sum();
  const written = (z: Tensor) => formula`Σ 2 ln σ(${z})`;
  const parsed = formula.parse("Σ 2 ln σ(z)");

  it("a formula has the gradient and the tangent of the methods", () => {
    const directly = (z: Tensor) => z.sigmoid().log().mul(2).sum();
    for (const f of [written, (z: Tensor) => parsed({ z })]) {
      expect(grad(f)(x).toArray()).toEqual(grad(directly)(x).toArray());
      expect(jvp(f, [x], [tensor([1, 2])])[1].item()).toBe(jvp(directly, [x], [tensor([1, 2])])[1].item());
    }
  });

  it("backward reaches parameters", () => {
    const w = new Parameter(tensor([1, 2]));
    formula`Σ(${w}·${x})²`.backward();
    expect(w.grad?.toArray()).toEqual([0.5, 16]);
    expect(noGrad(() => formula`${w} + 1`).requiresGrad).toBe(false);
  });

  it("a formula is compiled, and reads cells at each call", () => {
    const w = new Parameter(tensor([1, 2]));
    const f = compile((z: Tensor) => [formula`${w}·${z}`, parsed({ z })] as const);
    expect(f(x)[0].toArray()).toEqual([0.5, 4]);
    w.assign(tensor([3, 4]));
    expect(f(x)[0].toArray()).toEqual([1.5, 8]);
    expect(f(x)[1].item()).toBe(direct(x).item());
  });

  it("a dynamic number is read at each call of a compiled function", () => {
    let scale = 2;
    const f = compile((z: Tensor) => formula`${dynamic(() => scale)}·${z}`);
    expect(f(x).toArray()).toEqual([1, 4]);
    scale = 3;
    expect(f(x).toArray()).toEqual([1.5, 6]);
  });
});

describe("explain", () => {
  const lines = (text: string): readonly string[] => text.split("\n").filter((line) => line.includes("//"));

  it("prints the text of a formula at its node", () => {
    const y = formula.parse("ln(1 + e^x)")({ x });
    expect(lines(explain(y))).toEqual(["%1 = softplus(%0) float32[2] // ln(1 + e^x)"]);
    const z = formula`|${x} −
      ${2}|`.sum();
    expect(lines(explain(z))).toEqual([
      expect.stringMatching(/ = abs\(%\d\) float32\[2\] \/\/ \|\$1 − \$2\|$/),
    ]);
  });

  it("prints it in a compiled function and after passes of the compiler", () => {
    const f = compile((x: Tensor) => formula`e^${x} + 1`.sum());
    f(x);
    expect(lines(explain(f, x))[0]).toContain("= add(%1, %3) float32[2] // e^$1 + 1");
    expect(explain(f, x, { passes: true })).toContain("float32[2] // e^$1 + 1");
  });

  it("prints the formula of a norm, and shortens a long one", () => {
    expect(lines(explain(formula`‖${x}‖`))[0]).toMatch(/ \/\/ ‖\$1‖$/);
    const text = Array.from({ length: 60 }, () => "x").join("·");
    expect(lines(explain(formula.parse(text)({ x })))[0]).toMatch(/ \/\/ (x·){50}…$/);
  });

  it("counts formulas in the overview of a large graph", () => {
    let y = x;
    for (let i = 0; i < 60; i++) y = formula`sin(${y}) + ${y}`;
    expect(explain(y)).toContain("\n60 × sin($1) + $2\n");
  });

  it("leaves the values of a formula without its name", () => {
    const y = x.exp();
    expect(lines(explain(formula`${y}`))).toEqual([]);
  });

  it("names change no program: the same graph runs the program of the methods", () => {
    const a = tensor([1, 2, 3, 4, 5]);
    a.mul(3).sin().data();
    const before = programsPrepared();
    formula`sin(${a}·3)`.data();
    formula.parse("sin(a·3)")({ a }).data();
    expect(programsPrepared()).toBe(before);
  });
});

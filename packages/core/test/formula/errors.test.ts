/** What errors of formulas say, and the place that they mark. */
import { ChainruleError, formula, ones, type TensorLike, tensor } from "@chainrule/core";
import { describe, expect, it } from "vitest";

/** The message of the library's error. */
function messageOf(f: () => unknown): string {
  try {
    f();
  } catch (error) {
    if (error instanceof ChainruleError) return error.message;
    throw error;
  }
  return "no error";
}

/** A message, the text and the carets under it. */
type Case = readonly [text: string, carets: string, message: string];

const check = (text: string, carets: string, message: string, f: () => unknown) =>
  expect(messageOf(f)).toBe(`${message}\n  ${text}\n  ${carets}`);

describe("text that is no formula", () => {
  const cases: readonly Case[] = [
    ["1 +", "   ^", "formula: ends where an operand is expected"],
    ["(1 + 2", "^", "formula: ( is not closed"],
    ["2 |x + 1", "  ^", "formula: | is not closed"],
    ["ln(x", "  ^", "formula: ( is not closed"],
    ["1 + 2)", "     ^", "formula: ) is unexpected"],
    ["(1 + 2]", "      ^", "formula: ] does not close (. Did you mean )?"],
    ["()", " ^", "formula: ) is unexpected"],
    ["x * / y", "    ^", "formula: / is unexpected"],
    ["1 2", "  ^", "formula: 2 is unexpected. Did you mean * before it?"],
    ["L = x", "  ^", "formula: = is unexpected. Did you mean ==? A formula has no left-hand side"],
    ["sigmod(x, 2)", "^^^^^^", "formula: knows no function sigmod. Did you mean sigmoid?"],
    ["sum(x, dim=0, dim=1)", "              ^^^", "formula: dim is given twice"],
    ["0 < x < 1", "      ^", "formula: comparisons do not chain. Did you mean (a < b) ∧ (b < c)?"],
    ["1/2x", " ^^^", "formula: the product after / has two readings. Did you mean …/(2*x…), or (…/2)*x…?"],
    ["e^2x", " ^^^", "formula: the product after ^ has two readings. Did you mean …^(2*x…), or (…^2)*x…?"],
    [
      "sin⁻¹ x",
      "^^^^^",
      "formula: sin⁻¹ has two readings. Did you mean 1/sin(…), or the inverse function by its name?",
    ],
    ["x # y", "  ^", "formula: # (U+0023) is no part of a formula"],
    ["x.T", " ^", "formula: . (U+002E) is no part of a formula"],
    ["𝄞", "^", "formula: 𝄞 (U+1D11E) is no part of a formula"],
    [
      "x\u200b + y",
      " ^",
      "formula: the invisible character U+200B is no part of a formula. Did you mean to delete it?",
    ],
    ["x̂ + (ŷ", "    ^", "formula: ( is not closed"],
  ];
  it.each(cases)("%s", (text, carets, message) => {
    check(text, carets, message, () => formula.parse(text));
  });

  it.each(["", "   ", "\n"])("an empty text %j", (text) => {
    expect(messageOf(() => formula.parse(text))).toBe("formula: is empty");
  });

  it("of several lines shows the line", () => {
    check("+ (y", "  ^", "formula: ( is not closed", () => formula.parse("x\n+ (y\n+ z"));
  });

  it("that is long is shown around the place", () => {
    const [left, right] = ["x + ".repeat(100), " + x".repeat(100)];
    const shown = `…${left.slice(-40)}#${right.slice(0, 40)}…`;
    check(shown, `${" ".repeat(41)}^`, "formula: # (U+0023) is no part of a formula", () =>
      formula.parse(`${left}#${right}`),
    );
  });
});

describe("names", () => {
  const x = tensor([1, 2]);
  const cases: readonly (readonly [...Case, names: Record<string, TensorLike>])[] = [
    ["lnx + 1", "^^^", "formula: has no value for lnx. Did you mean { lnx: tensor(…) }?", {}],
    ["x₁·x", "^^", 'formula: has no value for x₁. Did you mean { "x₁": tensor(…) }?', {}],
    ["rates·x", "^^^^^", "formula: has no value for rates. Did you mean rate?", { rate: x }],
    ["rate·x", "^^^^", "formula: has no value for rate. Did you mean { rate: tensor(…) }?", { x }],
    ["sqr(x)", "^^^", "formula: has no value for sqr. Did you mean sqrt?", { x }],
    ["ln + x", "^^", "formula: ln is a function without an operand. Did you mean ln(…)?", { x }],
    ["X^T", "  ^", "formula: has no value for T. Did you mean ᵀ, the transpose?", { X: x }],
    ["Γ(x)", "^", "formula: has no function Γ, which overflows at 171. Did you mean ln Γ(x)?", { x }],
  ];
  it.each(cases)("%s without a value", (text, carets, message, names) => {
    check(text, carets, message, () => formula.parse(text)(names));
  });

  it("that are not in the formula are refused", () => {
    expect(messageOf(() => formula.parse("x + y")({ x, y: 1, z: 2 }))).toBe(
      "formula: has no name z; its names are x, y",
    );
    expect(messageOf(() => formula.parse("1")({ x }))).toBe("formula: has no name x; its names are none");
  });

  it.each([
    ["a", '"a"'],
    [undefined, "undefined"],
    [[1, 2], "[1, 2]"],
    [null, "null"],
  ])("with the value %j are refused", (value, shown) => {
    const names = { x, rate: value } as unknown as Record<string, TensorLike>;
    check("rate·x", "^^^^", `formula: rate is ${shown}; it must be a tensor or a number`, () =>
      formula.parse("rate·x")(names),
    );
  });

  it.each([3, "x", null, [1], x])("names in %s are refused", (names) => {
    expect(messageOf(() => formula.parse("x")(names as never))).toMatch(
      /^formula: names .* must be an object/,
    );
  });

  it("that are __proto__ or constructor are like any others", () => {
    const names = JSON.parse('{ "__proto__": 2, "constructor": 3 }');
    expect(formula.parse("__proto__·constructor")(names).item()).toBe(6);
    expect(() => formula.parse("constructor(2)")({})).toThrow("formula: has no value for constructor.");
  });
});

describe("ops that refuse their operands keep their message, and the sub-formula is marked", () => {
  const [X, x] = [ones([2, 3]), ones([3])];
  const cases: readonly (readonly [...Case, names: Record<string, TensorLike>])[] = [
    [
      "1 + ln(X @ (X + 1)) − 3",
      "       ^^^^^^^^^^^",
      "matmul: [2, 3] · [2, 3]: inner sizes 3 and 2 differ. Did you mean w.transpose() on the right?",
      { X },
    ],
    [
      "sum(x, dim=2)",
      "^^^^^^^^^^^^^",
      "sum: dim 2 is out of range for a tensor of rank 1 (dims run from -1 to 0)",
      { x },
    ],
    [
      "1 + sum(x, dimm=0)",
      "    ^^^^^^^^^^^^^^",
      "sum: has no argument dimm; its arguments are dims, keepdim. Did you mean dims?",
      { x },
    ],
    ["sum(x, 0, dim=0)", "^^^^^^^^^^^^^^^^", "sum: is given dim twice", { x }],
    ["Σ 2", "^^^", "sum: x 2 must be a tensor. Did you mean tensor(…)?", {}],
    ["ln()", "^^^^", "log: x is missing; it must be a tensor or a number. Did you mean tensor(…)?", {}],
    ["sort(x)", "^^^^^^^", "sort: gives several tensors; a term of a formula is one tensor or number", { x }],
    [
      "x xᵀ",
      "^^^^",
      "formula: a product with a transpose needs its sign: @ for the product of matrices, * for the product of elements",
      { x },
    ],
    [
      "[1, 2] + x",
      "^^^^^^^^^^",
      "add: x [1, 2] must be a tensor or a number. Did you mean tensor(…)?",
      { x },
    ],
    ["[1, 2]", "^^^^^^", "formula: is [1, 2]; a formula is a tensor or a number", {}],
  ];
  it.each(cases)("%s", (text, carets, message, names) => {
    check(text, carets, message, () => formula.parse(text)(names));
  });

  it("with the code and the op of the original error, which is the cause", () => {
    try {
      formula.parse("1 + x·y")({ x: ones([2]), y: ones([3]) });
      expect.fail("no error");
    } catch (error) {
      expect(error).toMatchObject({ code: "shape", op: "mul", cause: { code: "shape", op: "mul" } });
    }
  });
});

describe("templates", () => {
  const x = tensor([1, 2]);
  it.each([
    ["a", '"a"'],
    [undefined, "undefined"],
    [[1], "[1]"],
  ])("refuse the value %j, and name its place", (value, shown) => {
    check(
      "$1 + $2",
      "     ^^",
      `formula: value 2 is ${shown}; it must be a tensor or a number`,
      () => formula`${x} + ${value as never}`,
    );
  });

  it("offer a name of the program in braces", () => {
    check(
      "$1·rate",
      "   ^^^^",
      `formula: has no value for rate. Did you mean ${"${"}rate}?`,
      () => formula`${x}·rate`,
    );
  });

  it("take no $ of their own", () => {
    expect(() => formula`$1 + ${x}`).toThrow("formula: $ (U+0024) is no part of a formula");
    expect(() => formula.parse("$1")).toThrow("formula: $ (U+0024) is no part of a formula");
  });

  it.each([[undefined], ["x"], [["x"]], [x]])("are not called as a function of %s", (argument) => {
    expect(() => formula(argument as never)).toThrow("formula: tags a template, and was called with");
  });

  it("parse takes a string", () => {
    expect(() => formula.parse(3 as never)).toThrow("formula.parse: text 3 must be a string");
    expect(() => formula.parse(...(["x", 3] as unknown as [string]))).toThrow(
      "formula.parse: takes 1 argument, and was given 2",
    );
  });
});

describe("random texts", () => {
  const pieces =
    'x 2 ( ) [ ] { } | ‖ + − · / @ ^ < == = , ² ⁻¹ ᵀ ln σ √ Σ sum max where dim e ŷ "a" \u200b'.split(" ");

  it("are formulas, or are refused by errors of the library", () => {
    let random = 1;
    const next = (below: number): number => {
      random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
      return Math.floor((random / 2 ** 32) * below);
    };
    let formulas = 0;
    for (let i = 0; i < 3000; i++) {
      const text = Array.from({ length: 1 + next(9) }, () => pieces[next(pieces.length)]).join(" ");
      const message = messageOf(() => {
        const f = formula.parse(text);
        formulas++;
        for (const x of [2, ones([2, 2])]) messageOf(() => f({ x, ŷ: x }));
      });
      if (message !== "no error") expect(message, text).toMatch(/^formula: .*\n {2}.*\n {2} *\^+$/u);
    }
    expect(formulas).toBeGreaterThan(200);
  });
});

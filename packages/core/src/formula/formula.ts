import { AnyTensor, checkArguments, describe, type Signature } from "../arguments.ts";
import { fail } from "../errors.ts";
import type { Tensor, TensorLike } from "../tensor/tensor.ts";
import { evaluate } from "./evaluate.ts";
import { parseTokens } from "./parser.ts";
import type { Program } from "./term.ts";
import { tokenize } from "./tokens.ts";

/** The values of the names in a formula. */
export type FormulaNames = Readonly<Record<string, TensorLike>>;

/** A formula as a template, and `parse` for one as text. */
export interface FormulaTag {
  (strings: TemplateStringsArray, ...values: readonly TensorLike[]): Tensor;
  /**
   * A formula from text, in the grammar of `formula`, as a function of the values of its names. A given name is a variable,
   * even if a function or a constant has it. Texts are parsed once.
   *
   * @param text the formula
   * @returns a function of the values of all names, to the value of the formula; it throws if a name is missing or unknown
   * @throws if the text is not a formula: the message shows the place
   *
   * @example
   * const L = formula.parse("-(y ln ŷ + (1-y) ln(1-ŷ))");
   * console.log(L({ y: 1, ŷ: tensor(0.5) }).item().toFixed(4)); //=> 0.6931
   */
  readonly parse: (text: string) => (names?: FormulaNames) => Tensor;
}

const parsed = (parts: readonly string[], variables: readonly string[] = []): Program =>
  parseTokens(tokenize(parts), new Set(variables));

const noNames = new Map<string, unknown>();
const templates = new WeakMap<TemplateStringsArray, Program>();

function tag(strings: TemplateStringsArray, ...values: readonly TensorLike[]): Tensor {
  if (!Array.isArray(strings) || !Array.isArray(strings.raw))
    fail(
      "value",
      "formula",
      `tags a template, and was called with ${describe(strings)}. Did you mean formula\`…\`, or formula.parse("…")?`,
    );
  const program = templates.get(strings) ?? parsed(strings.raw);
  templates.set(strings, program);
  return evaluate(program, { names: noNames, slots: values });
}

/** The names of a call, in Unicode's form NFC as those of the text. */
function namesOf(names: unknown): ReadonlyMap<string, unknown> {
  if (typeof names !== "object" || names === null || names instanceof AnyTensor || Array.isArray(names))
    fail("value", "formula", `names ${describe(names)} must be an object, as { x: tensor(…) }`);
  return new Map(Object.entries(names).map(([name, value]) => [name.normalize("NFC"), value]));
}

/** A formula as a function of names. Names that the text uses as functions make it another program. */
function functionOf(text: string): (names?: FormulaNames) => Tensor {
  const programs = new Map([["", parsed([text])]]);
  const { functions } = programs.get("")!;
  return (given = {}) => {
    const names = namesOf(given);
    const variables = [...names.keys()].filter((name) => functions.has(name));
    const key = variables.sort().join();
    const program = programs.get(key) ?? parsed([text], variables);
    programs.set(key, program);
    const y = evaluate(program, { names, slots: [] });
    for (const name of names.keys())
      if (!program.names.has(name))
        fail(
          "value",
          "formula",
          `has no name ${name}; its names are ${[...program.names].join(", ") || "none"}`,
        );
    return y;
  };
}

const parseArguments: Signature = { text: "string" };

/** How many texts are remembered. */
const maxTexts = 256;
const functionsByText = new Map<string, ReturnType<typeof functionOf>>();

function parse(text: string): (names?: FormulaNames) => Tensor {
  checkArguments("formula.parse", parseArguments, arguments);
  const known = functionsByText.get(text) ?? functionOf(text);
  functionsByText.delete(text);
  functionsByText.set(text, known);
  if (functionsByText.size > maxTexts) functionsByText.delete(functionsByText.keys().next().value!);
  return known;
}

/**
 * The tensor of a formula as it is written in a book, with tensors and numbers in its places. It builds the nodes that the
 * methods build, so that it can be differentiated and compiled.
 *
 * - Numbers: `1e-3`, `.5`, `1_000`, `e`, `π`, `∞`.
 * - Operators: `+ −`; `· * × /` of elements and `@` of matrices; `^`, superscripts and `ᵀ`; comparisons `< ≤ == ≠ ≥ >`, also
 *   as `<= != >=`; `∧ ∨ ¬`.
 * - Brackets `( ) [ ] { }`, and bars `|x|` and `‖x‖`. As an argument of a function, `[0, 1]` is a list.
 * - Functions: every method that gives one tensor, by its name; arguments and options have names too: `sum(x, dim=1)`.
 *   Textbook names are `ln σ √ Σ ∏ tr max min`, `arcsin` and its kin, and `ln Γ`, which is `lgamma`. The first argument of
 *   `where` is the condition; `max` and `min` reduce one argument, and compare several element by element.
 * - Products without a sign: `2x`, `x₁w₁`, `(1 − y) ln(1 − ŷ)`; after a transpose they are products of matrices: `Xᵀ(ŷ − y)`.
 *   A name is a run of letters and digits with subscripts: `xy` is one name, `x₁y` are two.
 *
 * Powers bind most tightly, then products without signs, products, sums, comparisons: −x² is −(x²), 2⁻¹ is ½, and a/b·c is
 * (a/b)·c. A function without parentheses takes the product without signs on its right: ln 2x is ln (2x), but √2x is (√2)x,
 * and Σ takes the whole product: Σ(y − ŷ)² is the sum of squares. What has two readings is an error: 1/2x, 2^3x, a < b < c.
 *
 * eˣ is `exp`, x² is `square`, x⁻¹ is `reciprocal`. Numbers alone are computed as float64 tensors are.
 *
 * @param strings the text, parsed once for each place in the program
 * @param values tensors or numbers
 * @throws if the text is not a formula, or an op refuses its operands: the message shows the place
 *
 * @example
 * const z = tensor([-1, 0, 2]);
 * console.log(formula`1/(1 + e^-${z})`); //=> tensor([0.2689, 0.5000, 0.8808], shape [3], float32)
 */
export const formula: FormulaTag = /* @__PURE__ */ Object.assign(tag, { parse });

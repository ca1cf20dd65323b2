import { functionName } from "./functions.ts";
import { levels, type Style } from "./style.ts";

/** Formulas as Unicode text for a terminal. */

const superscripts: Readonly<Record<string, string>> = Object.fromEntries([
  ...[..."⁰¹²³⁴⁵⁶⁷⁸⁹"].map((s, i) => [String(i), s]),
  ["-", "⁻"],
]);
const subscripts: Readonly<Record<string, string>> = Object.fromEntries([
  ...[..."₀₁₂₃₄₅₆₇₈₉"].map((s, i) => [String(i), s]),
  ...[..."aehijklmnopstx"].map((c, i) => [c, [..."ₐₑₕᵢⱼₖₗₘₙₒₚₛₜₓ"][i]!]),
]);

const above = (digits: string): string => [...digits].map((d) => superscripts[d] ?? d).join("");
const below = (text: string): string => [...text].map((c) => subscripts[c] ?? c).join("");

/** Whether two formulas beside each other need a space. */
function needsSpace(left: string, right: string): boolean {
  if (right.startsWith("(")) return /\/[^()]*\)$/.test(left);
  if (/[)\]⟩|]$/.test(left) || /^[⟨[|√Σ]/.test(right)) return true;
  if (/[⁰¹²³⁴⁵⁶⁷⁸⁹]$/.test(left)) return true;
  const word = /[\p{Ll}\p{Lu}]\p{Ll}/u;
  return word.test(left) || word.test(right) || /^\p{L}+[ₐ-ₜ]*[(]/u.test(right);
}

export const text: Style = {
  letter: ({ base, digits, above: isAbove }) => base + (isAbove ? above(digits) : below(digits)),
  number: (digits) => digits.replace("-", "−"),
  sign: (x) => x,
  operator: (left, operator, right) => `${left} ${operator} ${right}`,
  negative: (x) => `−${x}`,
  parentheses: (x) => `(${x})`,
  juxtaposed: (left, right) => `${left}${needsSpace(left, right) ? " " : ""}${right}`,
  fraction: (top, bottom) => ({
    text: `${top.level < levels.product ? `(${top.text})` : top.text}/${bottom.level < levels.power ? `(${bottom.text})` : bottom.text}`,
    level: levels.product,
  }),
  power: (base, exponent) => `${base}${above(exponent)}`,
  transposed: (base) => `${base}ᵀ`,
  prefixed: (name, x) => `${functionName(name).text} ${x}`,
  call: (name, args) => `${functionName(name).text}(${args.join(", ")})`,
  exponential: (x) => ({
    text: `e^${/^\p{L}\p{M}*$/u.test(x.text) ? x.text : `(${x.text})`}`,
    level: levels.power,
  }),
  root: (x) => `√${/^[\p{L}\p{M}\d]+$/u.test(x) ? x : `(${x})`}`,
  absolute: (x) => `|${x}|`,
  bracket: (statement) => `[${statement}]`,
  inner: (a, b) => `⟨${a}, ${b}⟩`,
  total: (letters, x) => `Σ${letters.map(below).join("")} ${x}`,
  element: (x, letters) => `${x}[${letters.join(",")}]`,
  partial: (top, bottom, order) =>
    order === 1 ? `∂${top}/∂${bottom}` : `∂${above(String(order))}${top}/∂${bottom}${above(String(order))}`,
};

import { functionName } from "./functions.ts";
import { latexOf } from "./names.ts";
import { levels, type Style } from "./style.ts";

/** Formulas as LaTeX. */

const operators: Readonly<Record<string, string>> = {
  "−": "-",
  "∘": "\\circ",
  "·": "\\cdot",
  "⋆": "\\star",
  "∗": "*",
};
const signs: Readonly<Record<string, string>> = {
  "√2": "\\sqrt{2}",
  "√π": "\\sqrt{\\pi}",
  "ln 2": "\\ln 2",
  "ln 10": "\\ln 10",
  "∞": "\\infty",
};

const call = (name: string, args: readonly string[]): string => {
  const { latex } = functionName(name);
  return `${latex}\\left(${args.join(", ")}\\right)`;
};

export const latex: Style = {
  letter({ base, digits, above }) {
    if (digits === "") return latexOf(base);
    return above ? `{${latexOf(base)}^{(${digits})}}` : `${latexOf(base)}_{${digits}}`;
  },
  number: (digits) => digits,
  sign: (x) => signs[x] ?? x,
  operator: (left, operator, right) => `${left} ${operators[operator] ?? operator} ${right}`,
  negative: (x) => `-${x}`,
  parentheses: (x) => `\\left(${x}\\right)`,
  juxtaposed: (left, right) => `${left} \\, ${right}`,
  fraction: (top, bottom) => ({ text: `\\frac{${top.text}}{${bottom.text}}`, level: levels.prefix }),
  power: (base, exponent) => `{${base}}^{${exponent}}`,
  transposed: (base) => `{${base}}^{\\top}`,
  prefixed: (name, x) => `${functionName(name).latex} ${x}`,
  call,
  exponential: (x) => ({ text: `e^{${x.text}}`, level: levels.power }),
  root: (x) => `\\sqrt{${x}}`,
  absolute: (x) => `\\left|${x}\\right|`,
  bracket: (statement) => `\\left[${statement}\\right]`,
  inner: (a, b) => `\\left\\langle ${a}, ${b}\\right\\rangle`,
  total: (letters, x) => `\\sum_{${letters.join("")}} ${x}`,
  element: (x, letters) => `{${x}}_{${letters.join("")}}`,
  partial(top, bottom, order) {
    const [above, below] = order === 1 ? ["", ""] : [`^{${order}}`, `^{${order}}`];
    return `\\frac{\\partial${above} ${top}}{\\partial ${bottom}${below}}`;
  },
};

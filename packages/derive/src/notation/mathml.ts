import { functionName } from "./functions.ts";
import { accentOf } from "./names.ts";
import { levels, type Style } from "./style.ts";

/** Formulas as presentation MathML. */

const row = (x: string): string => `<mrow>${x}</mrow>`;
const operator = (x: string): string => `<mo>${x}</mo>`;
const identifier = (x: string): string => `<mi>${x}</mi>`;
const escaped = (x: string): string =>
  x.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
/** Parentheses grow with fractions only. */
function fenced(open: string, x: string, close: string): string {
  const fence = (sign: string) =>
    x.includes("<mfrac") ? operator(sign) : `<mo stretchy="false">${sign}</mo>`;
  return row(fence(open) + x + fence(close));
}

const marks: Readonly<Record<string, string>> = { hat: "^", tilde: "~", bar: "¯", dot: "˙" };

/** A letter, its accent being a mark of its own, so that the letter is italic. */
function letterOf(base: string): string {
  const accented = accentOf(base);
  if (!accented) return identifier(escaped(base));
  return `<mover accent="true">${identifier(accented.letter)}${operator(marks[accented.accent]!)}</mover>`;
}
const invisibleTimes = operator("&#x2062;");
const functionApplication = operator("&#x2061;");

const signs: Readonly<Record<string, string>> = {
  "√2": "<msqrt><mn>2</mn></msqrt>",
  "√π": `<msqrt>${identifier("π")}</msqrt>`,
};

export const mathml: Style = {
  letter({ base, digits, above }) {
    if (digits === "") return letterOf(base);
    const tag = above ? "msup" : "msub";
    return `<${tag}>${letterOf(base)}<mn>${digits}</mn></${tag}>`;
  },
  number: (digits) => `<mn>${digits.replace("-", "−")}</mn>`,
  sign: (x) => signs[x] ?? identifier(x),
  operator: (left, sign, right) => left + operator(escaped(sign)) + right,
  negative: (x) => row(operator("−") + x),
  parentheses: (x) => fenced("(", x, ")"),
  juxtaposed: (left, right) => `${left}${invisibleTimes}<mspace width="0.12em"/>${right}`,
  fraction: (top, bottom) => ({
    text: `<mfrac>${row(top.text)}${row(bottom.text)}</mfrac>`,
    level: levels.prefix,
  }),
  power: (base, exponent) => `<msup>${row(base)}<mn>${exponent.replace("-", "−")}</mn></msup>`,
  transposed: (base) => `<msup>${row(base)}${operator("⊤")}</msup>`,
  prefixed: (name, x) =>
    row(`${identifier(functionName(name).text)}${functionApplication}<mspace width="0.17em"/>${x}`),
  call: (name, args) =>
    row(
      identifier(escaped(functionName(name).text)) +
        functionApplication +
        fenced("(", args.join(operator(",")), ")"),
    ),
  exponential: (x) => ({ text: `<msup>${identifier("e")}${row(x.text)}</msup>`, level: levels.power }),
  root: (x) => `<msqrt>${x}</msqrt>`,
  absolute: (x) => fenced("|", x, "|"),
  bracket: (statement) => fenced("[", statement, "]"),
  inner: (a, b) => fenced("⟨", a + operator(",") + b, "⟩"),
  total: (letters, x) => row(`<munder>${operator("∑")}${row(letters.map(identifier).join(""))}</munder>${x}`),
  element: (x, letters) => `<msub>${row(x)}${row(letters.map(identifier).join(""))}</msub>`,
  partial(top, bottom, order) {
    const power = (x: string) => (order === 1 ? x : `<msup>${x}<mn>${order}</mn></msup>`);
    const above = power(operator("∂")) + top;
    return `<mfrac>${row(above)}${row(operator("∂") + power(row(bottom)))}</mfrac>`;
  },
};

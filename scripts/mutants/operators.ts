import { isSyntax, type Syntax } from "./syntax.ts";

/** The text of a node. */
export type TextOf = (node: Syntax) => string;

/** The ways in which an expression can be wrong, as texts that replace it. */
type Operator = (node: Syntax, text: TextOf) => readonly string[];

/** What a function is mistaken for; where the file does not know the other one, there is no mutant. */
const mistaken: Readonly<Record<string, string>> = {
  add: "sub",
  sub: "add",
  mul: "div",
  div: "mul",
  lt: "le",
  le: "lt",
  gt: "ge",
  maximum: "minimum",
  minimum: "maximum",
  or: "and",
  and: "or",
  sin: "cos",
  cos: "sin",
  sinh: "cosh",
  cosh: "sinh",
  erf: "erfc",
  erfc: "erf",
};

/** Functions that are dropped, so that one of these arguments remains. */
const dropped: Readonly<Record<string, readonly number[]>> = {
  add: [0, 1],
  sub: [0],
  mul: [0, 1],
  div: [0],
  neg: [0],
  not: [0],
  exp: [0],
  square: [0],
  sqrt: [0],
  abs: [0],
  sign: [0],
  maximum: [0],
  minimum: [0],
  clamp: [0],
  keepWhere: [1],
  maskAnd: [0, 1],
  maskOr: [0],
  inDType: [0],
  inverse: [0],
  permute: [0],
  expandReduced: [0],
};

const operatorsMistaken: Readonly<Record<string, string>> = {
  "+": "-",
  "-": "+",
  "*": "/",
  "/": "*",
  "<": "<=",
  "<=": "<",
  ">": ">=",
  ">=": ">",
  "===": "!==",
  "!==": "===",
  "&&": "||",
  "||": "&&",
};

const namesMistaken: Readonly<Record<string, string>> = {
  lowest: "highest",
  highest: "lowest",
  NEGATIVE_INFINITY: "POSITIVE_INFINITY",
  POSITIVE_INFINITY: "NEGATIVE_INFINITY",
};

/** Objects whose methods are functions of their arguments alone. */
const modules = new Set(["w", "fn", "broadcasting", "permutations", "movements", "slices", "diagonals"]);

/** The function that a call names, whether it is a method, and its arguments; of a method, its object comes first. */
function called(node: Syntax): { name: string; isMethod: boolean; operands: readonly Syntax[] } | undefined {
  const callee = node.callee as Syntax;
  const args = node.arguments as readonly Syntax[];
  if (callee.type === "Identifier") return { name: String(callee.name), isMethod: false, operands: args };
  if (callee.type !== "MemberExpression" || callee.computed) return undefined;
  const [object, name] = [callee.object as Syntax, String((callee.property as Syntax).name)];
  const isModule = object.type === "Identifier" && modules.has(String(object.name));
  return isModule
    ? { name, isMethod: false, operands: args }
    : { name, isMethod: true, operands: [object, ...args] };
}

const call: Operator = (node, text) => {
  const found = called(node);
  if (!found) return [];
  const { name, isMethod, operands } = found;
  const callee = node.callee as Syntax;
  const end = text(callee).slice(0, -name.length);
  const rest = text(node).slice(text(callee).length);
  const other = mistaken[name];
  const left = isMethod ? [0] : dropped[name];
  return [
    ...(other ? [`${end}${other}${rest}`] : []),
    ...(dropped[name] && left ? left : []).flatMap((i) => (operands[i] ? [text(operands[i])] : [])),
    ...(name === "where" && operands.length === 3 && !isMethod
      ? [`${text(callee)}(${[operands[0]!, operands[2]!, operands[1]!].map(text).join(", ")})`]
      : []),
  ];
};

const binary: Operator = (node, text) => {
  const operator = String(node.operator);
  const [left, right] = [text(node.left as Syntax), text(node.right as Syntax)];
  const other = operatorsMistaken[operator];
  const from = (node.left as Syntax).end - node.start;
  const [before, after] = [text(node).slice(0, from), text(node).slice(from)];
  const factors = operator === "*" ? [left, right] : operator === "/" || operator === "**" ? [left] : [];
  return [...(other ? [before + after.replace(operator, other)] : []), ...factors];
};

/** Each form of expression that mutants are made of. */
const operators: Readonly<Record<string, Operator>> = {
  CallExpression: call,
  BinaryExpression: binary,
  LogicalExpression: binary,
  UnaryExpression: (node, text) =>
    node.operator === "-" || node.operator === "!" ? [text(node.argument as Syntax)] : [],
  ConditionalExpression: (node, text) => [
    `${text(node.test as Syntax)} ? ${text(node.alternate as Syntax)} : ${text(node.consequent as Syntax)}`,
  ],
  ArrayExpression(node, text) {
    const elements = node.elements as readonly (Syntax | null)[];
    if (elements.length < 2 || elements.some((e) => !isSyntax(e) || e.type === "SpreadElement")) return [];
    const [first, second, ...others] = (elements as readonly Syntax[]).map(text);
    return first === second ? [] : [`[${[second, first, ...others].join(", ")}]`];
  },
  Literal({ value }) {
    if (typeof value === "boolean") return [String(!value)];
    if (typeof value === "string") return mistaken[value] ? [`"${mistaken[value]}"`] : [];
    if (typeof value !== "number") return [];
    return Number.isInteger(value) ? [`(${value} + 1)`] : [`(${value} * 1.01)`];
  },
  MemberExpression({ object, property, computed }, text) {
    const constant =
      !computed && (property as Syntax).type === "Identifier" ? String((property as Syntax).name) : "";
    const name = text(object as Syntax);
    if (name === "Math" && /^[A-Z]/.test(constant)) return [`(Math.${constant} * 1.01)`];
    return namesMistaken[constant] ? [`${name}.${namesMistaken[constant]}`] : [];
  },
  Identifier: ({ name }) => (namesMistaken[String(name)] ? [namesMistaken[String(name)]!] : []),
};

/** The texts that replace an expression in its mutants. */
export const mutantsOf: Operator = (node, text) => [...new Set(operators[node.type]?.(node, text) ?? [])];

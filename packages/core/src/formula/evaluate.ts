import { describe, kinds, nearest, requireSameCopy } from "../arguments.ts";
import { ChainruleError } from "../errors.ts";
import { Node, nodeCount } from "../graph/node.ts";
import { tensor } from "../tensor/create.ts";
import { Tensor } from "../tensor/tensor.ts";
import { functionNames, isFunction, type Value } from "./functions.ts";
import { constants, hints } from "./grammar.ts";
import type { Program, Term } from "./term.ts";
import { errorAt, type Span } from "./text.ts";

/** The values of the names of a formula, and of the slots of a template. */
export interface Inputs {
  readonly names: ReadonlyMap<string, unknown>;
  readonly slots: readonly unknown[];
}

type Evaluators = {
  readonly [K in Term["kind"]]: (
    term: Extract<Term, { kind: K }>,
    values: readonly Value[],
    inputs: Inputs,
    program: Program,
  ) => Value;
};

/** The value of an input. @throws if it is neither a tensor nor a number */
function inputValue(x: unknown, name: string, term: Term, { text }: Program): Value {
  requireSameCopy("formula", x);
  if (kinds.operand.holds(x)) return x instanceof Tensor ? x.node : (x as number | boolean);
  throw errorAt(text, term, `${name} is ${describe(x)}; it must be ${kinds.operand.message}`, {
    code: "dtype",
  });
}

/** What is wrong with a name that has no value. Functions are offered where brackets follow. */
function describeUnknown(
  { name, end }: Span & { readonly name: string },
  { names, slots }: Inputs,
  text: string,
) {
  if (isFunction(name)) return `${name} is a function without an operand. Did you mean ${name}(…)?`;
  if (Object.hasOwn(hints, name)) return hints[name]!;
  const isCall = /^\s*[([{]/.test(text.slice(end));
  const known = [...names.keys(), ...Object.keys(constants), ...(isCall ? functionNames() : [])];
  const key = /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(name) ? name : JSON.stringify(name);
  const meant = nearest(name, known) ?? (slots.length > 0 ? `\${${name}}` : `{ ${key}: tensor(…) }`);
  return `has no value for ${name}. Did you mean ${meant}?`;
}

const evaluators: Evaluators = {
  constant: ({ value }) => value,
  name(term, _values, inputs, program) {
    const { name } = term;
    if (inputs.names.has(name)) return inputValue(inputs.names.get(name), name, term, program);
    if (Object.hasOwn(constants, name)) return constants[name]!;
    throw errorAt(program.text, term, describeUnknown(term, inputs, program.text));
  },
  slot: (term, _values, { slots }, program) =>
    inputValue(slots[term.index], `value ${term.index + 1}`, term, program),
  list: ({ operands }, values) => operands.map((i) => values[i]!),
  call: ({ apply, operands, keywords }, values) =>
    apply(
      operands.map((i) => values[i]!),
      Object.fromEntries(keywords.map(([name, i]) => [name, values[i]!])),
    ),
};

/** The value of a term. @throws the error of its function, with the term marked in the text */
function evaluateTerm(term: Term, values: readonly Value[], inputs: Inputs, program: Program): Value {
  if (term.kind !== "call")
    return (evaluators[term.kind] as Evaluators[Term["kind"]])(term as never, values, inputs, program);
  try {
    return evaluators.call(term, values, inputs, program);
  } catch (error) {
    if (!(error instanceof ChainruleError)) throw error;
    const { code, op, message } = error;
    throw errorAt(program.text, term, message.slice(`${op}: `.length), { code, op, cause: error });
  }
}

/** Names the node that a formula ends with, unless an input is that node. */
function label(result: Node, text: string, firstId: number): void {
  let node = result;
  while (node.op.family === "identity" && node.inputs[0]) node = node.inputs[0];
  if (node.id >= firstId) node.label = text;
}

/** The value of a formula as a tensor. */
export function evaluate(program: Program, inputs: Inputs): Tensor {
  const { text, terms } = program;
  const firstId = nodeCount();
  const values: Value[] = [];
  for (const term of terms) values.push(evaluateTerm(term, values, inputs, program));
  const result = values.at(-1)!;
  if (result instanceof Node) {
    label(result, text, firstId);
    return new Tensor(result);
  }
  if (typeof result === "number" || typeof result === "boolean") return tensor(result);
  throw errorAt(text, terms.at(-1)!, `is ${describe(result)}; a formula is a tensor or a number`);
}

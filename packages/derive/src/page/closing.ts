import type { Index } from "../algebra/term.ts";
import { indicesOf } from "../graph/model.ts";
import { children } from "../notation/build.ts";
import { layout } from "../notation/layout.ts";
import type { Notation } from "../notation/notation.ts";
import { simplest } from "./links.ts";
import type { Equation, Section, Side } from "./page.ts";
import { notationOfSecond } from "./second.ts";
import { dropped, formula, type Numbering } from "./sections.ts";
import { type Check, checkGradient, checkHessian } from "./verify.ts";
import { definitionOf, type Workings } from "./workings.ts";

/** The derivative in closed form, and what its letters stand for. */
export interface Closed {
  readonly formula: Notation;
  /** The letters of its value's axes. */
  readonly letters: readonly Index[];
  readonly check: Check;
  /** The derivatives with names that occur in the formula, each after those it is made of. */
  readonly where: readonly { readonly name: string; readonly of: Notation }[];
  /** Products that got a name only for the chain, by the name. */
  readonly inlined: ReadonlyMap<string, Notation>;
}

const lettersIn = (x: Notation): string[] =>
  x.kind === "letter" ? [x.name] : [...new Set(children(x).flatMap(lettersIn))];

/** The only named subexpression of a formula, if it is a product that can replace it. */
function inlinedIn(formulas: readonly Notation[], workings: Workings): ReadonlyMap<string, Notation> {
  const variables = formulas.flatMap(lettersIn).map((name) => workings.model.variables.get(name));
  const found = [...new Set(variables.filter((v) => v?.found))];
  const [only, second] = found;
  const definition = only && !second ? definitionOf(only, workings) : undefined;
  return new Map(definition?.kind === "matmul" ? [[only!.name, definition]] : []);
}

/** The derivative in its simplest form, if it is one that a page shows. */
function firstOrder(workings: Workings): Closed | undefined {
  const { adjoints, wrt, points } = workings;
  const last = adjoints.find(({ of }) => of === wrt);
  if (!last) return undefined;
  const of = layout(simplest(last), indicesOf(wrt));
  const check = checkGradient(of, wrt, points);
  const named = adjoints.flatMap((a) => {
    const definition = layout(simplest(a), a.letters);
    const holds = a.name !== undefined && checkGradient(definition, a.of, points).holds;
    return holds ? [{ name: a.name!, of: definition }] : [];
  });
  const used = new Set<string>();
  const use = (x: Notation): void => {
    for (const name of lettersIn(x)) {
      const definition = named.find((d) => d.name === name && !used.has(name));
      if (!definition) continue;
      used.add(name);
      use(definition.of);
    }
  };
  use(of);
  const where = named.filter(({ name }) => used.has(name));
  if (!check.holds) return undefined;
  return {
    formula: of,
    letters: indicesOf(wrt),
    check,
    where,
    inlined: inlinedIn([of, ...where.map((d) => d.of)], workings),
  };
}

/** The second derivative in its simplest form. */
function secondOrder(workings: Workings): Closed | undefined {
  const { second, wrt, points } = workings;
  if (!second) return undefined;
  const of = notationOfSecond(simplest(second), second.letters);
  const check = checkHessian(of, wrt, second.letters, points);
  return check.holds
    ? { formula: of, letters: second.letters, check, where: [], inlined: inlinedIn([of], workings) }
    : undefined;
}

/** What is longer than this is no form that a page shows. */
const longest = 120;

/** The derivative in closed form, if there is one that a page shows. */
export function closedForm(workings: Workings): Closed | undefined {
  const found = workings.order === 1 ? firstOrder(workings) : secondOrder(workings);
  return found && workings.say(found.formula).length <= longest ? found : undefined;
}

/** The derivative of the closed form of the gradient. */
export function secondSection(workings: Workings, numbering: Numbering): Section {
  const { second, model, wrt, points, say } = workings;
  const heading = "Second derivative";
  if (!second) return { heading, equations: [], notes: [] };
  const steps = [{ value: second.raw, reason: ["the chain rule once more"] }, ...second.simplified];
  const written = steps
    .map(({ value, reason }) => ({ of: notationOfSecond(value, second.letters), reason }))
    .filter(({ of }) => checkHessian(of, wrt, second.letters, points).holds);
  const distinct = written.filter((s, i) => i === 0 || say(s.of) !== say(written[i - 1]!.of));
  const equation: Equation = {
    number: numbering.next(second),
    left: { kind: "partial", of: model.loss.name, by: wrt.name, order: 2 },
    equalities: distinct.map(({ of, reason }) => ({ right: formula(of), reason })),
    notes: [],
  };
  return distinct.length === 0
    ? { heading, equations: [], notes: [dropped] }
    : { heading, equations: [equation], notes: [] };
}

export function closing(workings: Workings): Section {
  const { model, wrt, order } = workings;
  const found = closedForm(workings);
  if (!found)
    return {
      heading: "Closed form",
      equations: [],
      notes: ["No closed form was recognised; the factors above hold."],
    };
  const equation = (left: Side, of: Notation, notes: readonly string[]): Equation => ({
    left,
    equalities: [{ right: { kind: "formula", of, inlined: found.inlined } }],
    notes,
  });
  const note = `✓ the library’s ${order === 1 ? "gradient" : "Hessian"}, within ${Math.ceil(found.check.ulps)} ulp`;
  return {
    heading: "Closed form",
    equations: [
      ...found.where.map(({ name, of }) => equation({ kind: "letter", name }, of, [])),
      equation({ kind: "partial", of: model.loss.name, by: wrt.name, order }, found.formula, [note]),
    ],
    notes: [],
  };
}

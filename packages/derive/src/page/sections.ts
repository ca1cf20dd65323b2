import type { Tensor } from "@chainrule/core";
import { formatShape } from "@chainrule/core/internal";
import { indicesOf, type Variable } from "../graph/model.ts";
import { children } from "../notation/build.ts";
import { evaluateNotation } from "../notation/evaluate.ts";
import { layout } from "../notation/layout.ts";
import type { Notation } from "../notation/notation.ts";
import { text } from "../notation/text.ts";
import type { Adjoint } from "./adjoints.ts";
import { type Link, simplest, withoutDeltas } from "./links.ts";
import type { Derivative, Equality, Equation, Reason, Section, Side } from "./page.ts";
import { randomNumbers } from "./points.ts";
import { type Check, checkFactor, checkGradient } from "./verify.ts";
import { definitionOf, type Workings } from "./workings.ts";
import { writeSide } from "./write.ts";

/** The sections of the page. No equality is in them that did not hold at every point. */

const partial = (of: Variable, by: Variable): Side => ({ kind: "partial", of: of.name, by: by.name });
const formula = (of: Notation): Side => ({ kind: "formula", of });

/** Numbers equations in the order of the page. */
export class Numbering {
  #count = 0;
  readonly #numbers = new Map<object, number>();

  next(what: object): number {
    this.#numbers.set(what, ++this.#count);
    return this.#count;
  }

  /** (5), (6): where equations are. */
  refer(...what: readonly object[]): string {
    return what.flatMap((x) => (this.#numbers.has(x) ? [`(${this.#numbers.get(x)})`] : [])).join(", ");
  }
}

const short = (x: number): string => String(Number(x.toPrecision(4))).replace("-", "−");

/** The range of the elements of a tensor. */
function rangeOf(x: Tensor): string {
  const elements = Array.from(x.data());
  const [low, high] = [Math.min(...elements), Math.max(...elements)];
  return low === high ? short(low) : `${short(low)} … ${short(high)}`;
}

const errorOf = ({ error }: Check): string => (error === 0 ? "0" : error.toExponential(0));

const dropped = "A formula that did not hold at every point was left out.";

export function definitions(workings: Workings, numbering: Numbering): Section {
  const { model } = workings;
  const notes: string[] = [];
  const equations = [...model.variables.values()]
    .filter((v) => v.definition)
    .sort((a, b) => b.node.id - a.node.id)
    .flatMap((v): Equation[] => {
      const of = definitionOf(v, workings);
      if (!of) {
        notes.push(`${v.name}: ${dropped}`);
        return [];
      }
      const left: Side = { kind: "letter", name: v.name };
      return [{ number: numbering.next(v), left, equalities: [{ right: formula(of) }], notes: [] }];
    });
  return { heading: "Definitions", equations, notes };
}

/** The ways from the loss to a variable, as lists of derivatives. */
function pathsFrom(of: Variable, { links, wrt }: Workings): (readonly [string, string])[][] {
  if (of === wrt) return [[]];
  return links
    .filter((link) => link.of === of)
    .flatMap((link) =>
      pathsFrom(link.by, { links, wrt } as Workings).map((rest) => [
        [link.of.name, link.by.name] as const,
        ...rest,
      ]),
    );
}

export function chainRule(workings: Workings, numbering: Numbering): Section {
  const { model, wrt } = workings;
  const paths = pathsFrom(model.loss, workings);
  if (paths.length === 1 && paths[0]!.length === 1)
    return { heading: "Chain rule", equations: [], notes: [] };
  const equation: Equation = {
    number: numbering.next(paths),
    left: partial(model.loss, wrt),
    equalities: [{ right: { kind: "paths", paths } }],
    notes: [],
  };
  return { heading: "Chain rule", equations: [equation], notes: [] };
}

/** A factor of the chain that was checked. */
export interface Factor {
  readonly link: Link;
  /** The derivative without the δ of elementwise functions. */
  readonly formula: Notation | undefined;
  readonly check: Check;
}

export function checkedFactors(
  workings: Workings,
): (Factor & { readonly equalities: readonly Equality[] })[] {
  const { points, links, say } = workings;
  return links.map((link) => {
    const candidates = [{ value: link.raw, reason: [] as Reason }, ...link.simplified].map(
      ({ value, reason }) => {
        const { core, deltas } = withoutDeltas(value);
        const of = layout(core);
        const check = checkFactor(of, deltas, [link.of, link.by], link.letters, points, randomNumbers(2));
        return { of, reason, check };
      },
    );
    const holding = candidates.filter((c) => c.check.holds);
    const last = holding.at(-1);
    const distinct = holding.filter((c, i) => i === 0 || say(c.of) !== say(holding[i - 1]!.of));
    return {
      link,
      formula: last?.of,
      check: (last ?? candidates.at(-1)!).check,
      equalities: distinct.map(({ of, reason }) => ({
        right: formula(of),
        ...(reason.length > 0 ? { reason } : {}),
      })),
    };
  });
}

export function factors(workings: Workings, numbering: Numbering): Section {
  const notes: string[] = [];
  const equations = checkedFactors(workings).flatMap(
    ({ link, formula: of, check, equalities }): Equation[] => {
      const left = partial(link.of, link.by);
      if (!of) {
        notes.push(`${writeSide(left, text, workings.lettering)}: ${dropped}`);
        return [];
      }
      const value = evaluateNotation(of, workings.points[0]!.values);
      const note = `${formatShape(value.shape)}, ${rangeOf(value)}; ✓ differences agree to ${errorOf(check)}`;
      return [{ number: numbering.next(link), left, equalities, notes: [note] }];
    },
  );
  return { heading: "Factors", equations, notes };
}

/** What was below a fraction bar, or beside it, and is no more. */
function cancelled(adjoint: Adjoint, above: readonly Adjoint[]): Reason | undefined {
  const factorsOf = (x: Adjoint["raw"]) => x.denominator.map(({ polynomial }) => polynomial.key);
  const gone = above.some((a) => factorsOf(simplest(a)).length > factorsOf(adjoint.raw).length);
  const [link] = adjoint.links;
  return gone && link ? [formula(layout(withoutDeltas(simplest(link)).core)), " cancels"] : undefined;
}

/** The equalities of ∂L/∂v that hold, each once. */
function equalitiesOf(adjoint: Adjoint, workings: Workings, numbering: Numbering): Equality[] {
  const { points, say, adjoints, model } = workings;
  const above = adjoint.links.flatMap((link) => adjoints.filter((a) => a.of === link.of));
  const paths = adjoint.links.map((link) => {
    const own: Derivative = [link.of.name, link.by.name];
    const name = above.find((a) => a.of === link.of)?.name;
    return link.of === model.loss ? [own] : [name ?? ([model.loss.name, link.of.name] as const), own];
  });
  const before = adjoint.links.map((link) => above.find((a) => a.of === link.of));
  const references = numbering.refer(
    ...before.flatMap((a): readonly object[] => (!a ? [] : numbering.refer(a) === "" ? a.links : [a])),
    ...adjoint.links,
  );
  const steps = [
    ...(adjoint.product ? [{ of: adjoint.product, reason: [`by ${references}`] }] : []),
    {
      of: layout(adjoint.raw, adjoint.letters),
      reason: cancelled(adjoint, above) ?? [`by ${references}`],
    },
    ...adjoint.simplified.map(({ value, reason }) => ({
      of: layout(value, adjoint.letters),
      reason,
    })),
  ];
  const holding = steps.filter(({ of }) => checkGradient(of, adjoint.of, points).holds);
  const distinct = holding.filter((s, i) => i === 0 || say(s.of) !== say(holding[i - 1]!.of));
  return [
    { right: { kind: "paths", paths } },
    ...distinct.map(({ of, reason }) => ({ right: formula(of), reason })),
  ];
}

export function product(workings: Workings, numbering: Numbering): Section {
  const { adjoints, model } = workings;
  const equations = adjoints
    .filter(({ links, name }) => name !== undefined || links.length > 1 || links[0]!.of !== model.loss)
    .map((adjoint): Equation => {
      const equalities = equalitiesOf(adjoint, workings, numbering);
      const own = partial(model.loss, adjoint.of);
      const { name } = adjoint;
      return {
        number: numbering.next(adjoint),
        left: name === undefined ? own : { kind: "letter", name },
        equalities: name === undefined ? equalities : [{ right: own }, ...equalities.slice(1)],
        notes: equalities.length === 1 ? [dropped] : [],
      };
    });
  return { heading: "Product", equations, notes: [] };
}

/** The derivative in closed form, and what its letters stand for. */
export interface Closed {
  readonly formula: Notation;
  readonly check: Check;
  /** The derivatives with names that occur in the formula, each after those it is made of. */
  readonly where: readonly { readonly name: string; readonly of: Notation }[];
  /** Products that got a name only for the chain, by the name. */
  readonly inlined: ReadonlyMap<string, Notation>;
}

const lettersIn = (x: Notation): string[] =>
  x.kind === "letter" ? [x.name] : [...new Set(children(x).flatMap(lettersIn))];

/** The only found name in a formula, if it is a product that may stand in its place. */
function inlinedIn(formulas: readonly Notation[], workings: Workings): ReadonlyMap<string, Notation> {
  const variables = formulas.flatMap(lettersIn).map((name) => workings.model.variables.get(name));
  const found = [...new Set(variables.filter((v) => v?.found))];
  const [only, second] = found;
  const definition = only && !second ? definitionOf(only, workings) : undefined;
  return new Map(definition?.kind === "matmul" ? [[only!.name, definition]] : []);
}

/** The derivative in its simplest form, if it is one that a page shows. */
export function closedForm(workings: Workings): Closed | undefined {
  const { adjoints, wrt, points, say } = workings;
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
  if (!check.holds || say(of).length > 120) return undefined;
  return { formula: of, check, where, inlined: inlinedIn([of, ...where.map((d) => d.of)], workings) };
}

export function closing(workings: Workings): Section {
  const { model, wrt } = workings;
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
  const note = `✓ the gradient of the library, within ${Math.ceil(found.check.ulps)} ulp`;
  return {
    heading: "Closed form",
    equations: [
      ...found.where.map(({ name, of }) => equation({ kind: "letter", name }, of, [])),
      equation(partial(model.loss, wrt), found.formula, [note]),
    ],
    notes: [],
  };
}

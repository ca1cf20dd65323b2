import type { Tensor } from "@chainrule/core";
import { formatShape } from "@chainrule/core/internal";
import type { Variable } from "../graph/model.ts";
import { evaluateNotation } from "../notation/evaluate.ts";
import { layout } from "../notation/layout.ts";
import type { Notation } from "../notation/notation.ts";
import { text } from "../notation/text.ts";
import type { Adjoint } from "./adjoints.ts";
import { type Link, simplest, withoutDeltas } from "./links.ts";
import type { Derivative, Equality, Equation, Reason, Section, Side } from "./page.ts";
import { randomNumbers } from "./points.ts";
import { type Check, checkFactor, checkGradient, unchecked } from "./verify.ts";
import { definitionOf, type Workings } from "./workings.ts";
import { writeSide } from "./write.ts";

/** The sections of the page. No equality is in them that did not hold at every point. */

const partial = (of: Variable, by: Variable): Side => ({ kind: "partial", of: of.name, by: by.name });
export const formula = (of: Notation): Side => ({ kind: "formula", of });

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

export const dropped = "A formula that did not hold at every point was left out.";

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
  if (paths.length === 0)
    return {
      heading: "Chain rule",
      equations: [],
      notes: ["No formula leads from the loss to the variable."],
    };
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
    if (!link.isKnown) return { link, formula: undefined, check: unchecked, equalities: [] };
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
        const why = link.isKnown ? dropped : "The algebra knows no formula for an op in it.";
        notes.push(`${writeSide(left, text, workings.lettering)}: ${why}`);
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

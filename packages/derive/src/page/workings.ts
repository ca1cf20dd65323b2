import { withNormal } from "../algebra/normal.ts";
import { ofAtom } from "../algebra/rational.ts";
import { Reader } from "../graph/express.ts";
import { indicesOf, type Model, type Variable } from "../graph/model.ts";
import type { Named } from "../graph/trace.ts";
import { children, weightOf } from "../notation/build.ts";
import { evaluateNotation } from "../notation/evaluate.ts";
import { layout } from "../notation/layout.ts";
import type { Notation } from "../notation/notation.ts";
import { render } from "../notation/render.ts";
import { notation } from "../notation/structure.ts";
import { text } from "../notation/text.ts";
import { adjointNamer } from "./adjoint-names.ts";
import { type Adjoint, adjointsOf } from "./adjoints.ts";
import { letteringOf } from "./lettering.ts";
import { type Link, linksTo } from "./links.ts";
import { pointsNear } from "./points.ts";
import type { Surroundings } from "./rules.ts";
import { type SecondDerivative, secondDerivative } from "./second.ts";
import { checkValue, Point } from "./verify.ts";

/** The order of the derivative that the page ends with. */
export type Order = 1 | 2;

/** Everything that the page is written from. */
export interface Workings extends Surroundings {
  readonly wrt: Variable;
  readonly order: Order;
  /** The variables by which derivatives of the loss have names. */
  readonly named: ReadonlyMap<string, Variable>;
  readonly points: readonly Point[];
  readonly links: readonly Link[];
  readonly adjoints: readonly Adjoint[];
  /** ∂²L/∂v², if the page ends with it. */
  readonly second: SecondDerivative | undefined;
  /** A formula as text. */
  say(x: Notation): string;
}

/** How far a sum of probabilities may be from 1. */
const unit = 1e-12;

export function workingsOf(model: Model, wrt: Variable, args: Named, order: Order): Workings {
  const lettering = letteringOf(model);
  const named = new Map<string, Variable>();
  const points = pointsNear(args, 3).map((p) => new Point(model, p, named));
  const adjointName = adjointNamer(model, wrt);
  const around: Surroundings = {
    model,
    lettering,
    nameAdjoint(v, value) {
      const name = order === 1 ? adjointName(v, value) : undefined;
      if (name !== undefined) named.set(name, v);
      return name;
    },
    isUnit: (sum) =>
      points.every((p) =>
        Array.from(evaluateNotation(layout(ofAtom(sum)), p.values).data()).every(
          (x) => Math.abs(x - 1) < unit,
        ),
      ),
  };
  const links = linksTo(wrt, around);
  const adjoints = adjointsOf(links, around);
  const gradient = adjoints.find(({ of }) => of === wrt);
  const second = order === 2 && gradient ? secondDerivative(gradient, around) : undefined;
  return {
    ...around,
    wrt,
    order,
    named,
    points,
    links,
    adjoints,
    second,
    say: (x) => render(x, text, lettering),
  };
}

/** Whether a formula shows how something is computed in range, rather than what. */
const isTechnical = (x: Notation): boolean =>
  (x.kind === "opaque" && x.args.length === 0) ||
  (x.kind === "apply" && x.op.name === "where") ||
  children(x).some(isTechnical);

/** What a variable is defined as, as it was written if that can be read; undefined if no formula gives its values. */
export function definitionOf(v: Variable, { model, points }: Workings): Notation | undefined {
  if (!v.definition) return undefined;
  const written = new Reader(notation, model.scope).define(v.node, v.letters);
  const normal = layout(v.definition, indicesOf(v));
  const textbook = layout(withNormal(v.definition), indicesOf(v));
  const isShorter = weightOf(textbook) < weightOf(normal);
  const candidates = isTechnical(written)
    ? [normal, written]
    : [...(isShorter ? [textbook] : []), written, normal];
  return candidates.find((x) => checkValue(x, v, points).holds);
}

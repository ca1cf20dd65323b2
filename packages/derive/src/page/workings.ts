import { ofAtom } from "../algebra/rational.ts";
import { Reader } from "../graph/express.ts";
import { indicesOf, type Model, type Variable } from "../graph/model.ts";
import type { Named } from "../graph/trace.ts";
import { evaluateNotation } from "../notation/evaluate.ts";
import { layout } from "../notation/layout.ts";
import type { Notation } from "../notation/notation.ts";
import { render } from "../notation/render.ts";
import { notation } from "../notation/structure.ts";
import { text } from "../notation/text.ts";
import { type Adjoint, adjointsOf, type Link, linksTo } from "./chain.ts";
import { letteringOf } from "./lettering.ts";
import { pointsNear } from "./points.ts";
import type { Surroundings } from "./rules.ts";
import { checkValue, Point } from "./verify.ts";

/** Everything that the page is written from. */
export interface Workings extends Surroundings {
  readonly wrt: Variable;
  readonly points: readonly Point[];
  readonly links: readonly Link[];
  readonly adjoints: readonly Adjoint[];
  /** A formula as text. */
  say(x: Notation): string;
}

/** How far a sum of probabilities may be from 1. */
const unit = 1e-12;

export function workingsOf(model: Model, wrt: Variable, args: Named): Workings {
  const lettering = letteringOf(model);
  const points = pointsNear(args, 3).map((p) => new Point(model, p));
  const around: Surroundings = {
    model,
    lettering,
    isUnit: (sum) =>
      points.every((p) =>
        Array.from(evaluateNotation(layout(ofAtom(sum)), p.values).data()).every(
          (x) => Math.abs(x - 1) < unit,
        ),
      ),
  };
  const links = linksTo(wrt, around);
  const adjoints = adjointsOf(links, around);
  return { ...around, wrt, points, links, adjoints, say: (x) => render(x, text, lettering) };
}

/** What a variable is defined as, as it was written if that can be read; undefined if no formula gives its values. */
export function definitionOf(v: Variable, { model, points }: Workings): Notation | undefined {
  if (!v.definition) return undefined;
  const candidates = [
    () => new Reader(notation, model.scope).define(v.node, v.letters),
    () => layout(v.definition!, indicesOf(v)),
  ];
  for (const candidate of candidates) {
    const x = candidate();
    if (checkValue(x, v, points).holds) return x;
  }
  return undefined;
}

import type { Tensor } from "@chainrule/core";
import type { Named } from "../graph/trace.ts";
import { evaluateAt, evaluateNotation } from "../notation/evaluate.ts";
import type { Notation } from "../notation/notation.ts";
import { render } from "../notation/render.ts";
import { text } from "../notation/text.ts";
import { closedForm, closing, secondSection } from "./closing.ts";
import type { Page } from "./page.ts";
import { pointsNear } from "./points.ts";
import * as sections from "./sections.ts";
import { Point } from "./verify.ts";
import type { Workings } from "./workings.ts";
import { writeHtml } from "./write-html.ts";
import { writeMarkdown } from "./write-markdown.ts";
import { writeText } from "./write-text.ts";

/** A derivative as a function of the arguments of the function that was derived, in double precision. */
export type Formula = (args: Named) => Tensor;

/** A factor ∂u/∂v of the chain rule. */
export interface DerivedFactor {
  readonly of: string;
  readonly by: string;
  /** Whether differences agree with the formula at every point. */
  readonly verified: boolean;
  /** The largest relative error of the differences. */
  readonly error: number;
  /** The formula as text; undefined where none holds. */
  readonly text: string | undefined;
  /** The values of the formula, without axes of size 1; undefined where none holds. */
  readonly value: Formula | undefined;
}

/** The derivative in closed form. */
export interface ClosedForm {
  /** The formula as text. */
  readonly text: string;
  /** The derivatives that have names in the formula, as text: δ² = …. */
  readonly where: readonly string[];
  /** Its distance from the library's gradient, in units in the last place of the largest element. */
  readonly ulps: number;
  /** Its value, of the shape of the variable, for a Hessian twice: an independent derivative for tests. */
  readonly value: Formula;
}

/**
 * The chain rule of a function: the page, and its formulas as functions. `derive` makes it.
 *
 * @example
 * const page = derive(({ x }) => ({ L: x.square().sum() }), { x: tensor([1, 2]) }, { wrt: "x" });
 * console.log(page.closedForm?.value({ x: tensor([3, 4]) }).toArray()); //=> [ 6, 8 ]
 */
export class Derivation {
  readonly #page: Page;
  readonly factors: readonly DerivedFactor[];
  /** The derivative in closed form; undefined where none was recognised. */
  readonly closedForm: ClosedForm | undefined;

  constructor(workings: Workings) {
    const { model, wrt, order, say, lettering } = workings;
    const shape = order === 1 ? wrt.node.shape : [...wrt.node.shape, ...wrt.node.shape];
    const at = (args: Named) => new Point(model, pointsNear(args, 0)[0]!, workings.named);
    this.factors = sections.checkedFactors(workings).map(({ link, formula, check }) => ({
      of: link.of.name,
      by: link.by.name,
      verified: check.holds,
      error: check.error,
      text: formula && say(formula),
      value: formula && ((args) => evaluateNotation(formula, at(args).values)),
    }));
    const closed = closedForm(workings);
    const write = (of: Notation) =>
      render(of, text, { ...lettering, ...(closed && { inlined: closed.inlined }) });
    this.closedForm = closed && {
      text: write(closed.formula),
      where: closed.where.map(
        ({ name, of }) => `${write({ kind: "letter", name, axes: [] })} = ${write(of)}`,
      ),
      ulps: closed.check.ulps,
      value: (args) => evaluateAt(closed.formula, closed.letters, at(args).values).reshape(shape),
    };
    const numbering = new sections.Numbering();
    this.#page = {
      title: { kind: "partial", of: model.loss.name, by: wrt.name, order },
      lettering,
      sections: [
        sections.definitions(workings, numbering),
        sections.chainRule(workings, numbering),
        sections.factors(workings, numbering),
        sections.product(workings, numbering),
        secondSection(workings, numbering),
        closing(workings),
      ].filter(({ equations, notes }) => equations.length + notes.length > 0),
    };
  }

  /** The page as text for a terminal. */
  toString(): string {
    return writeText(this.#page);
  }

  /** The page as Markdown, with formulas as LaTeX. */
  toMarkdown(): string {
    return writeMarkdown(this.#page);
  }

  /** The page as one HTML file, with formulas as MathML, in a light and a dark look. */
  toHTML(): string {
    return writeHtml(this.#page);
  }
}

import { isFloat } from "../dtype.ts";
import { type Form, Node } from "../graph/node.ts";
import { numberOf } from "../ops/source.ts";
import { table } from "../ops/table.ts";
import { type Binding, type Bound, boundOf } from "./binding.ts";
import type { OpName, Term } from "./pattern.ts";
import type { Rule } from "./rules.ts";

/** An argument of a matcher; `at` are the places of its variables in the binding. */
export type Argument =
  | { readonly kind: "variable"; readonly at: number }
  | { readonly kind: "rest"; readonly at: number }
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "matcher"; readonly matcher: Matcher; readonly at: readonly number[] };

/** A rule whose whole pattern a matcher recognizes, and the names of the variables. */
export interface RuleAt {
  readonly rule: Rule;
  readonly names: readonly string[];
}

/** Another expression of the same value: a flat matcher, and the terms that its variables stand for. */
interface Equivalent {
  readonly matcher: Matcher;
  readonly terms: readonly Exclude<Term, number>[];
  readonly names: readonly string[];
}

const commutative: ReadonlySet<OpName> = new Set(["add", "mul", "logaddexp", "hypot"] as const);

/** Recognizes the calls of an op that fit a pattern. Equal patterns share a matcher, whatever their variables are called. */
export class Matcher {
  readonly rules: RuleAt[] = [];
  readonly equivalents: Equivalent[] = [];
  /** Whether a larger pattern contains it, so that nodes must remember that it fits them. */
  isInner = false;
  /** Whether no argument is a call. */
  readonly isFlat: boolean;
  /** Whether it commutes with movements. */
  readonly isElementwise: boolean;

  constructor(
    readonly op: OpName,
    readonly args: readonly Argument[],
    /** The pattern as text. */
    readonly key: string,
  ) {
    this.isFlat = args.every(({ kind }) => kind !== "matcher");
    this.isElementwise =
      op in table.elementwise && args.every((a) => a.kind !== "matcher" || a.matcher.isElementwise);
  }

  /** What the variables stand for, if the arguments of a call fit. */
  match(args: readonly unknown[]): Binding | null {
    const found = this.#matchInOrder(args);
    if (found || args.length !== 2 || !commutative.has(this.op)) return found;
    return this.#matchInOrder([args[1], args[0]]);
  }

  #matchInOrder(args: readonly unknown[]): Binding | null {
    const binding: Bound[] = [];
    if (args.length > this.args.length && this.args.at(-1)?.kind !== "rest") return null;
    for (const [i, argument] of this.args.entries())
      if (!matchArgument(argument, args, i, binding)) return null;
    return binding;
  }
}

/** Binds a variable. @returns false if it stands for something else already */
function bind(binding: Bound[], at: number, bound: Bound): boolean {
  const before = binding[at];
  binding[at] = before ?? bound;
  return !before || ("id" in before && "id" in bound && before.id === bound.id);
}

function matchArgument(to: Argument, args: readonly unknown[], i: number, binding: Bound[]): boolean {
  const x = args[i];
  if (to.kind === "rest") return bind(binding, to.at, { rest: args.slice(i) });
  if (to.kind === "number") return x === to.value || (x instanceof Node && numberOf(x) === to.value);
  if (!(x instanceof Node)) return false;
  if (to.kind === "variable") return isFloat(x.dtype) && bind(binding, to.at, { node: x, id: x.id });
  const inner = formOf(x, to.matcher);
  return inner?.every((bound, k) => bind(binding, to.at[k]!, bound)) ?? false;
}

/** A matcher that fits a node. The binding is made when something reads it. */
export class MatchedForm implements Form {
  #binding: Binding | undefined;

  constructor(
    readonly matcher: Matcher,
    private readonly bind: () => Binding,
  ) {}

  get binding(): Binding {
    this.#binding ??= this.bind();
    return this.#binding;
  }

  get #nodes(): Extract<Bound, { node: Node }>[] {
    return this.binding.filter((bound) => "node" in bound);
  }

  get key(): string {
    return `${this.matcher.key}${JSON.stringify(this.binding.filter((bound) => "rest" in bound))}`;
  }

  get operands(): readonly Node[] {
    return this.#nodes.map(({ node }) => node);
  }

  get ids(): readonly number[] {
    return this.#nodes.map(({ id }) => id);
  }

  of(operands: readonly Node[], ids: readonly number[] = operands.map(({ id }) => id)): MatchedForm {
    const { binding } = this;
    return new MatchedForm(this.matcher, () => {
      let k = 0;
      return binding.map((bound) => ("node" in bound ? { node: operands[k]!, id: ids[k++]! } : bound));
    });
  }

  /** It, and the flat ones that are equivalent to it. */
  *all(): Generator<MatchedForm> {
    yield this;
    for (const { matcher, terms, names } of this.matcher.equivalents)
      yield new MatchedForm(matcher, () => terms.map((term) => boundOf(term, names, this.binding)));
  }
}

/** The forms of a node, with their equivalents. */
export const formsOf = (x: Node): MatchedForm[] =>
  x.forms.flatMap((form) => (form instanceof MatchedForm ? [...form.all()] : []));

/** What the variables of a matcher stand for, if it fits a node. */
const formOf = (x: Node, matcher: Matcher): Binding | undefined =>
  x.forms.length === 0 ? undefined : formsOf(x).find((form) => form.matcher === matcher)?.binding;

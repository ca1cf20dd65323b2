import { isFloat } from "../dtype.ts";
import { type Form, Node } from "../graph/node.ts";
import { numberOf } from "../ops/source.ts";
import { table } from "../ops/table.ts";
import { type Binding, type Bound, boundOf } from "./binding.ts";
import type { Call, OpName, Variable } from "./pattern.ts";
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
  readonly terms: readonly (Variable | Call)[];
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

  /** Whether nodes remember that it fits them. */
  get isRemembered(): boolean {
    return this.isInner || this.equivalents.some((e) => e.matcher.isInner);
  }

  /** Whether it consists of variables alone, so that it may fit any nodes. */
  get isPlain(): boolean {
    return this.args.every(({ kind }) => kind === "variable" || kind === "rest");
  }

  /** What the variables stand for, if the arguments of a call fit. */
  match(args: readonly unknown[]): Binding | null {
    if (args.length > this.args.length && this.args.at(-1)?.kind !== "rest") return null;
    const found = this.#matchInOrder(args);
    if (found || args.length !== 2 || !commutative.has(this.op)) return found;
    return this.#matchInOrder([args[1], args[0]]);
  }

  #matchInOrder(args: readonly unknown[]): Binding | null {
    // Most calls do not fit, which is found before anything is allocated.
    for (let i = 0; i < this.args.length; i++) if (!mayFit(this.args[i]!, args[i])) return null;
    const binding: Bound[] = [];
    for (let i = 0; i < this.args.length; i++)
      if (!bindArgument(this.args[i]!, args, i, binding)) return null;
    return binding;
  }
}

function mayFit(to: Argument, x: unknown): boolean {
  if (to.kind === "rest") return true;
  if (to.kind === "number") return x === to.value || (x instanceof Node && numberOf(x) === to.value);
  if (!(x instanceof Node)) return false;
  return to.kind === "variable" ? isFloat(x.dtype) : x.forms.length > 0;
}

/** A list or an object of options as it is now: its owner may change it. */
const copied = (x: unknown): unknown =>
  Array.isArray(x) ? [...x] : typeof x === "object" && x !== null && !(x instanceof Node) ? { ...x } : x;

/** Binds a variable. @returns false if it stands for something else already */
function bind(binding: Bound[], at: number, bound: Bound): boolean {
  const before = binding[at];
  binding[at] = before ?? bound;
  return !before || ("id" in before && "id" in bound && before.id === bound.id);
}

/** Binds the variables of an argument that may fit. */
function bindArgument(to: Argument, args: readonly unknown[], i: number, binding: Bound[]): boolean {
  if (to.kind === "number") return true;
  if (to.kind === "rest") return bind(binding, to.at, { rest: args.slice(i).map(copied) });
  const x = args[i] as Node;
  if (to.kind === "variable") return bind(binding, to.at, { node: x, id: x.id });
  const inner = formOf(x, to.matcher);
  return inner?.every((bound, k) => bind(binding, to.at[k]!, bound)) ?? false;
}

/** A matcher that fits a node. The binding is made when something reads it. */
export class MatchedForm implements Form {
  constructor(
    readonly matcher: Matcher,
    private bound: Binding | (() => Binding),
  ) {}

  get binding(): Binding {
    if (typeof this.bound === "function") this.bound = this.bound();
    return this.bound;
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

  /** It as an equivalent expression. */
  as({ matcher, terms, names }: Equivalent): MatchedForm {
    return new MatchedForm(matcher, () => terms.map((term) => boundOf(term, names, this.binding)));
  }

  /** It, and what is equivalent to it. */
  all(): MatchedForm[] {
    const { equivalents } = this.matcher;
    return equivalents.length === 0 ? [this] : [this, ...equivalents.map((e) => this.as(e))];
  }
}

/** The forms of a node, with their equivalents. */
export const formsOf = (x: Node): MatchedForm[] =>
  x.forms.flatMap((form) => (form instanceof MatchedForm ? form.all() : []));

/** What the variables of a matcher stand for, if it fits a node. */
function formOf(x: Node, matcher: Matcher): Binding | undefined {
  for (const form of x.forms) {
    if (!(form instanceof MatchedForm)) continue;
    if (form.matcher === matcher) return form.binding;
    for (const e of form.matcher.equivalents) if (e.matcher === matcher) return form.as(e).binding;
  }
  return undefined;
}

import { type DType, promote } from "../dtype.ts";
import { isRecording, isRewriting, withRecording } from "../graph/build.ts";
import { Node, nodeCount } from "../graph/node.ts";
import { detach, isDetached } from "../ops/identity.ts";
import { movementRule } from "../ops/movement-rules.ts";
import { numberOf } from "../ops/source.ts";
import { arg } from "../scalar/expr.ts";
import { sameShape } from "../shape.ts";
import { type Binding, byName, call as callOp, instantiate } from "./binding.ts";
import { formsOf, MatchedForm, type Matcher, type RuleAt } from "./matcher.ts";
import { isCall, type OpName, printTerm } from "./pattern.ts";
import { matchersOf, type OpMatchers } from "./registry.ts";
import { type Rule, rules } from "./rules.ts";

/** A rule as text: `log(sigmoid(x)) → logSigmoid(x)`. */
export const printRule = ({ from, to }: Rule): string => `${printTerm(from)} → ${printTerm(to)}`;

const rank = new Map(rules.map((rule, i) => [rule, i]));

/** The rule to apply to a call, with what its variables stand for: the first one in the table. */
function ruleFor(matched: readonly MatchedForm[]): (RuleAt & { readonly binding: Binding }) | undefined {
  const holds = ({ rule, names, binding }: RuleAt & { readonly binding: Binding }): boolean =>
    !rule.when || rule.when(byName(names, binding));
  return matched
    .flatMap(({ matcher, binding }) => matcher.rules.map((at) => ({ ...at, binding })))
    .filter(holds)
    .sort((a, b) => rank.get(a.rule)! - rank.get(b.rule)!)[0];
}

/** The form as a node without gradient knows it: what it is made of passes no gradient either. */
const withoutGradient = (form: MatchedForm): MatchedForm =>
  form.binding.some((bound) => "node" in bound && bound.node.needsGrad)
    ? form.of(form.operands.map(detach), form.ids)
    : form;

/** Has a new node know the forms that are parts of larger patterns. */
function remember(node: Node, matched: readonly MatchedForm[]): void {
  const forms = matched.filter(({ matcher }) => matcher.isRemembered);
  if (forms.length > 0) node.forms = node.needsGrad ? forms : forms.map(withoutGradient);
}

/** The most rewrites that a node is noted to come from. */
const maxNoted = 16;

/** Notes that a call was rewritten to `node`, after the rewrites that led to its arguments. */
export function noteRewrite(node: Node, args: readonly unknown[], text: string): void {
  const earlier = args.flatMap((x) => (x instanceof Node ? x.rewrites : []));
  node.rewrites = [...earlier, { text }].slice(-maxNoted);
}

function matchesOf(matchers: readonly Matcher[], args: readonly unknown[]): MatchedForm[] {
  const matched: MatchedForm[] = [];
  for (const matcher of matchers) {
    const binding = matcher.match(args);
    if (binding) matched.push(new MatchedForm(matcher, binding));
  }
  return matched;
}

/** Whether a pattern with a number or a call may fit: an argument is a number, or the result of a call that is part of one. */
function isComposition(args: readonly unknown[]): boolean {
  for (const x of args)
    if (typeof x === "number" || (x instanceof Node && (x.forms.length > 0 || numberOf(x) !== undefined)))
      return true;
  return false;
}

const hasRules = ({ matcher }: MatchedForm): boolean =>
  matcher.rules.length > 0 || matcher.equivalents.some((e) => e.matcher.rules.length > 0);

/** The dtype of a float op of these arguments. */
const dtypeOf = (args: readonly unknown[]): DType =>
  args.reduce<DType>((dtype, x) => (x instanceof Node ? promote(dtype, x.dtype) : dtype), "float32");

type Call = (...args: readonly unknown[]) => unknown;

/** The call of an op, rewritten where a rule says so. The new node knows the forms of both sides of the rule. */
function rewritten({ all, plain }: OpMatchers, f: Call, args: readonly unknown[]): unknown {
  const matched = matchesOf(isComposition(args) ? all : plain, args);
  if (matched.length === 0) return f(...args);
  const since = nodeCount();
  const isNew = (node: unknown): node is Node => node instanceof Node && node.id >= since;
  const at =
    matched.some(hasRules) && isRewriting() ? ruleFor(matched.flatMap((form) => form.all())) : undefined;
  if (!at) {
    const node = f(...args);
    if (isNew(node)) remember(node, matched);
    return node;
  }
  const { rule, names, binding } = at;
  const { to } = rule;
  const operands = instantiate(isCall(to) ? to.args : [to], names, binding);
  const node = isCall(to) ? callOp(to.op, operands) : (operands[0] as Node);
  // A constant of a wider dtype makes the composition as wide, and what it is rewritten to does not contain it.
  if (node.dtype !== dtypeOf(args)) return f(...args);
  if (!isCall(to) || !isNew(node)) return isRecording() ? node : detach(node);
  const flat = matchersOf(to.op).all.filter((matcher) => matcher.isFlat);
  remember(node, [...matched, ...matchesOf(flat, operands)]);
  noteRewrite(node, args, printRule(rule));
  return node;
}

/** Whether every element of `y` is an element of `x`, moved. */
function isMoved(y: Node, x: Node): boolean {
  for (let node = y; ; ) {
    if (node === x) return true;
    const { op, inputs, shape } = node;
    const [from] = inputs;
    if (!from) return false;
    if (op.family === "movement") {
      const out = shape.map((_, k) => arg(k));
      const reads = movementRule(op).reads(
        op,
        inputs.map((input) => input.shape),
        out,
      );
      if (inputs.length > 1 || reads.length > 1 || reads[0]?.valid) return false;
    } else if (!isDetached(node) && !(op.family === "indexing" && op.mode === "gather")) return false;
    node = from;
  }
}

/** A form of `x` as what a movement made of it, `y`, knows it: its operands are moved too, when something reads them. */
function movedForm(form: MatchedForm, y: Node, move: (x: Node) => unknown): MatchedForm {
  return new MatchedForm(form.matcher, () => {
    const moved = form.of(withRecording(true, () => form.operands.map((o) => move(o) as Node)));
    return (y.needsGrad ? moved : withoutGradient(moved)).binding;
  });
}

/** Has what a movement made of `x` know the forms of `x`. */
function carryForms(x: Node, y: unknown, move: (x: Node) => unknown): void {
  if (Array.isArray(y))
    for (const [i, part] of y.entries()) carryForms(x, part, (n) => (move(n) as unknown[])[i]);
  if (!(y instanceof Node) || y === x || y.forms.length > 0 || !isMoved(y, x)) return;
  y.forms = formsOf(x)
    .filter(
      ({ matcher, operands }) => matcher.isElementwise && operands.every((o) => sameShape(o.shape, x.shape)),
    )
    .map((form) => movedForm(form, y, move));
}

/** An op whose calls are rewritten where a rule says so, and whose results know what larger patterns look for. */
export function withRewrites<F extends (...args: never[]) => unknown>(op: OpName, f: F): F {
  const call = f as unknown as Call;
  const matchers = matchersOf(op);
  const rewriting: Call = (...args) => {
    if (matchers.all.length > 0) return rewritten(matchers, call, args);
    const y = call(...args);
    const [x, ...others] = args;
    if (x instanceof Node && x.forms.length > 0) carryForms(x, y, (n) => call(n, ...others));
    return y;
  };
  return rewriting as unknown as F;
}

/** The same value without history, of which rewrites know as much. */
export function detached(x: Node): Node {
  const y = detach(x);
  if (x.forms.length > 0) carryForms(x, y, detach);
  return y;
}

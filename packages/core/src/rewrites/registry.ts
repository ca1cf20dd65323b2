import { type Argument, Matcher } from "./matcher.ts";
import { type Call, isCall, type OpName, type Term, variable } from "./pattern.ts";
import { equivalences, rules } from "./rules.ts";

const matchers = new Map<string, Matcher>();

/** The matchers of the calls of an op; the lists grow with the rules. */
export interface OpMatchers {
  readonly all: readonly Matcher[];
  /** Those that consist of variables alone. */
  readonly plain: readonly Matcher[];
}

const byOp = new Map<OpName, { readonly all: Matcher[]; readonly plain: Matcher[] }>();

function listsOf(op: OpName): { readonly all: Matcher[]; readonly plain: Matcher[] } {
  const lists = byOp.get(op) ?? { all: [], plain: [] };
  byOp.set(op, lists);
  return lists;
}

export const matchersOf = (op: OpName): OpMatchers => listsOf(op);

/** A matcher, and the names of its variables in the order of its bindings. */
interface Compiled {
  readonly matcher: Matcher;
  readonly names: readonly string[];
}

/** The pattern with terms in the place of its variables. */
const substitute = (term: Term, by: ReadonlyMap<string, Term>): Term => {
  if (typeof term === "number") return term;
  if (term.kind !== "call") return by.get(term.name) ?? term;
  return { ...term, args: term.args.map((a) => substitute(a, by)) };
};

/** The terms that the variables of a flat pattern stand for in another one. */
function variablesIn(flat: Call, pattern: Call): ReadonlyMap<string, Term> | null {
  if (flat.op !== pattern.op || flat.args.length !== pattern.args.length) return null;
  const by = new Map<string, Term>();
  for (const [i, term] of flat.args.entries()) {
    if (typeof term === "object" && term.kind === "variable") by.set(term.name, pattern.args[i]!);
    else if (term !== pattern.args[i]) return null;
  }
  return by;
}

/** Patterns that are equivalent to this one as a whole. */
const alternatives = (pattern: Call): Call[] =>
  equivalences.flatMap(({ from, is }) => {
    const by = variablesIn(is, pattern);
    return by ? [substitute(from, by) as Call] : [];
  });

/** The matcher of a pattern, shared with equal patterns. Those of its alternatives know that it fits too. */
function compile(pattern: Call, isAlternative = false): Compiled {
  const { op, args } = pattern;
  const names: string[] = [];
  const place = (name: string): number => {
    if (!names.includes(name)) names.push(name);
    return names.indexOf(name);
  };
  const compiled = args.map((term): readonly [Argument, string] => {
    if (typeof term === "number") return [{ kind: "number", value: term }, String(term)];
    if (term.kind !== "call") {
      const at = place(term.name);
      return [term.kind === "rest" ? { kind: "rest", at } : { kind: "variable", at }, `${term.kind}${at}`];
    }
    const inner = compile(term);
    inner.matcher.isInner = true;
    const at = inner.names.map(place);
    return [{ kind: "matcher", matcher: inner.matcher, at }, `${inner.matcher.key}[${at}]`];
  });
  const key = `${op}(${compiled.map(([, k]) => k)})`;
  const known = matchers.get(key);
  if (known) return { matcher: known, names };
  const matcher = new Matcher(
    op,
    compiled.map(([argument]) => argument),
    key,
  );
  matchers.set(key, matcher);
  listsOf(op).all.push(matcher);
  if (matcher.isPlain) listsOf(op).plain.push(matcher);
  if (!isAlternative)
    for (const other of alternatives(pattern)) {
      const { matcher: from, names: fromNames } = compile(other, true);
      from.equivalents.push({ matcher, terms: names.map(variable), names: fromNames });
    }
  return { matcher, names };
}

/** The matcher of an op of one operand, whose results know it from now on. */
export function matcherOf(op: OpName): Matcher {
  const { matcher } = compile({ kind: "call", op, args: [variable("x")] });
  matcher.isInner = true;
  return matcher;
}

for (const { from, is } of equivalences.filter((e) => e.is.args.some(isCall))) {
  const { matcher, names } = compile(from);
  const flat = { ...is, args: is.args.map((term, i) => (isCall(term) ? variable(`${i}`) : term)) };
  matcher.equivalents.push({
    matcher: compile(flat).matcher,
    terms: is.args.filter((term) => typeof term === "object" && term.kind !== "computed"),
    names,
  });
}
for (const rule of rules) {
  const { matcher, names } = compile(rule.from);
  matcher.rules.push({ rule, names });
}

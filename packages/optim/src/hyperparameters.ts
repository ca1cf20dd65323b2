import {
  fail,
  type Options,
  type Range,
  ranges,
  requireInRange,
  type Signature,
} from "@chainrule/core/internal";
import type { AnyRule, Hyper } from "./rule.ts";

const common: Hyper = { lr: 1e-3, weightDecay: 0, decoupledWeightDecay: false, maximize: false };
const commonRanges = { lr: ranges.nonNegative, weightDecay: ranges.nonNegative };

/**
 * The defaults of a rule, overridden by `options`. `H` is the type of its hyper-parameters. @throws for an unknown
 * option.
 */
export function hyperOf<H extends Hyper>(rule: AnyRule, ...options: readonly object[]): H {
  const defaults = { ...common, ...rule.defaults };
  const unknown = options.flatMap(Object.keys).find((name) => !Object.hasOwn(defaults, name));
  if (unknown !== undefined)
    fail("value", rule.name, `has no option ${unknown}; its options are ${Object.keys(defaults).join(", ")}`);
  return Object.assign(defaults, ...options);
}

/** The signature of an optimizer's constructor. `checkHyper` checks the ranges of numbers. */
export function argumentsOf(rule: AnyRule): Signature {
  const kindOf = (x: unknown) => (typeof x === "number" || typeof x === "boolean" ? typeof x : "any");
  const defaults = Object.entries({ ...common, ...rule.defaults });
  return {
    params: { holds: () => true, message: "parameters, or groups of them", fix: "model.parameters()" },
    options: Object.fromEntries(defaults.map(([name, x]) => [name, kindOf(x)])) as Options,
  };
}

type HyperCheck = readonly [name: string, range: Range | readonly Range[] | undefined];
const checks = new WeakMap<AnyRule, readonly HyperCheck[]>();

/** The hyper-parameters of a rule with their ranges; one without a range is a boolean. */
function checksOf(rule: AnyRule): readonly HyperCheck[] {
  const known = checks.get(rule);
  if (known) return known;
  const ranges: { readonly [name: string]: Range | readonly Range[] } = { ...commonRanges, ...rule.ranges };
  const made = Object.keys({ ...common, ...rule.defaults }).map((name): HyperCheck => [name, ranges[name]]);
  checks.set(rule, made);
  return made;
}

/** The names of the hyper-parameters that are true or not 0: the formula and its state may depend on these. */
const activeFlags = (rule: AnyRule, hyper: Hyper): string =>
  checksOf(rule)
    .flatMap(([name]) => (name !== "lr" && hyper[name as keyof Hyper] ? [name] : []))
    .join();

const isSame = (a: unknown, b: unknown): boolean =>
  Object.is(a, b) || (Array.isArray(a) && Array.isArray(b) && a.every((x, i) => Object.is(x, b[i])));

/** A function that gives the active flags. It is called in every step, so it checks only values that have changed. */
export function flagReader(rule: AnyRule, hyper: Hyper): () => string {
  const names = checksOf(rule).map(([name]) => name as keyof Hyper);
  const copyOf = (name: keyof Hyper): unknown => {
    const value: unknown = hyper[name];
    return Array.isArray(value) ? [...value] : value;
  };
  let seen: readonly unknown[] = [];
  let flags = "";
  return () => {
    let unchanged = seen.length > 0;
    for (let i = 0; unchanged && i < names.length; i++) unchanged = isSame(seen[i], hyper[names[i]!]);
    if (unchanged) return flags;
    checkHyper(rule, hyper);
    seen = names.map(copyOf);
    flags = activeFlags(rule, hyper);
    return flags;
  };
}

/** @throws where a hyper-parameter is out of its range or of another type than its default, or two conflict. */
export function checkHyper(rule: AnyRule, hyper: Hyper): void {
  const values: Readonly<Record<string, unknown>> = { ...hyper };
  for (const [name, range] of checksOf(rule)) {
    const value = values[name];
    if (range) requireInRange(rule.name, range, { [name]: value });
    else if (typeof value !== "boolean")
      fail("value", rule.name, `${name} ${String(value)} must be true or false`);
  }
  const conflict = rule.conflict?.(hyper);
  if (conflict) fail("value", rule.name, conflict);
}

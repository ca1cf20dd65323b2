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

/** The hyper-parameters of a rule with these options in the place of its defaults. @throws on one that it does not have. */
export function hyperOf<H extends Hyper>(rule: AnyRule, ...options: readonly object[]): H {
  const defaults = { ...common, ...rule.defaults };
  const unknown = options.flatMap(Object.keys).find((name) => !Object.hasOwn(defaults, name));
  if (unknown !== undefined)
    fail("value", rule.name, `has no option ${unknown}; its options are ${Object.keys(defaults).join(", ")}`);
  return Object.assign(defaults, ...options);
}

/** What an optimizer of a rule takes: numbers are held against their ranges by `checkHyper`. */
export function argumentsOf(rule: AnyRule): Signature {
  const kindOf = (x: unknown) => (typeof x === "number" || typeof x === "boolean" ? typeof x : "any");
  const defaults = Object.entries({ ...common, ...rule.defaults });
  return {
    params: { holds: () => true, message: "parameters, or groups of them", fix: "model.parameters()" },
    options: Object.fromEntries(defaults.map(([name, x]) => [name, kindOf(x)])) as Options,
  };
}

type Check = readonly [name: string, range: Range | readonly Range[] | undefined];
const checks = new WeakMap<AnyRule, readonly Check[]>();

/** The hyper-parameters of a rule with their ranges; those without one are true or false. */
function checksOf(rule: AnyRule): readonly Check[] {
  const known = checks.get(rule);
  if (known) return known;
  const ranges: { readonly [name: string]: Range | readonly Range[] } = { ...commonRanges, ...rule.ranges };
  const made = Object.keys({ ...common, ...rule.defaults }).map((name): Check => [name, ranges[name]]);
  checks.set(rule, made);
  return made;
}

/** The hyper-parameters that are on, that is, true or not 0: what a formula and its state consist of depends on these. */
const switchesOf = (rule: AnyRule, hyper: Hyper): string =>
  checksOf(rule)
    .flatMap(([name]) => (name !== "lr" && hyper[name as keyof Hyper] ? [name] : []))
    .join();

const isSame = (a: unknown, b: unknown): boolean =>
  Object.is(a, b) || (Array.isArray(a) && Array.isArray(b) && a.every((x, i) => Object.is(x, b[i])));

/**
 * Gives the hyper-parameters that are on, whenever it is asked. It is asked at every step, so that it checks them only
 * where one has changed. @throws as `checkHyper`.
 */
export function switchesIn(rule: AnyRule, hyper: Hyper): () => string {
  const names = checksOf(rule).map(([name]) => name as keyof Hyper);
  const copyOf = (name: keyof Hyper): unknown => {
    const value: unknown = hyper[name];
    return Array.isArray(value) ? [...value] : value;
  };
  let seen: readonly unknown[] = [];
  let on = "";
  return () => {
    let stays = seen.length > 0;
    for (let i = 0; stays && i < names.length; i++) stays = isSame(seen[i], hyper[names[i]!]);
    if (stays) return on;
    checkHyper(rule, hyper);
    seen = names.map(copyOf);
    on = switchesOf(rule, hyper);
    return on;
  };
}

/** @throws where a hyper-parameter is of another kind than its default or out of its range, or two exclude each other. */
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

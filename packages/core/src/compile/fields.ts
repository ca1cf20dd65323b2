import { currentRecorder } from "../tensor/recorder.ts";
import { containerOf, type Entry, isData, isObject } from "./container.ts";

/** What an object holds, and what the containers in its fields hold. */
function heldBy(owner: object): (readonly [object, readonly Entry[]])[] {
  const held = new Map<object, readonly Entry[]>();
  const look = (x: object): void => {
    const entries = containerOf(x).entries(x);
    held.set(x, entries);
    for (const [, value] of entries) if (isObject(value) && isData(value) && !held.has(value)) look(value);
  };
  look(owner);
  return [...held];
}

function namesIn(x: object): number {
  let count = 0;
  for (const _ in x) count++;
  return count;
}

/** Tells whether an object holds what it held, without lists of that: it is asked at every call. */
function checkOf(x: object, entries: readonly Entry[]): () => boolean {
  const container = containerOf(x);
  if (x instanceof Map || x instanceof Set) return () => container.holds(x, entries);
  const count = namesIn(x);
  const fields = x as Record<PropertyKey, unknown>;
  const keys = entries.map(([key]) => key as PropertyKey);
  const values = entries.map(([, value]) => value);
  return () => {
    for (let i = 0; i < keys.length; i++)
      if (!Object.is(fields[keys[i] as PropertyKey], values[i])) return false;
    return namesIn(x) === count;
  };
}

/**
 * Says that a function depends on what the fields of an object hold, as a layer on its options: a compiled function is
 * traced anew where they hold something else. Containers in them are looked into, other objects are not.
 * @throws at the end of the tracing, where the function itself has changed one.
 */
export function guardFields(owner: object): void {
  const trace = currentRecorder();
  if (!trace || trace.isGuarded(owner) || trace.arguments.has(owner)) return;
  const held = heldBy(owner);
  const changed = () => {
    const field = containerOf(owner)
      .entries(owner)
      .find(([key, value]) => !held[0]?.[1].some(([k, v]) => k === key && Object.is(v, value)));
    return `${owner.constructor.name} sets ${field ? `its field ${String(field[0])}` : "what is in its fields"}, which is not done again at each call. Did you mean to return it, or a Cell and assign(…)?`;
  };
  const checks = held.map(([x, entries]) => checkOf(x, entries));
  trace.guard(() => checks.every((check) => check()), owner, changed);
}

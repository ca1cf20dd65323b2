import { currentRecorder } from "../tensor/recorder.ts";
import { containerOf, type Entry, isData, isObject } from "./container.ts";

/** The entries of an object, and those of the containers in its fields. */
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

/** Checks that the entries of an object are unchanged; without allocating, since it runs at each call. */
function checkOf(x: object, entries: readonly Entry[]): () => boolean {
  const container = containerOf(x);
  if (x instanceof Map || x instanceof Set) return () => container.holds(x, entries);
  const count = namesIn(x);
  const fields = x as Record<PropertyKey, unknown>;
  const keys = entries.map(([key]) => key as PropertyKey);
  const values = entries.map(([, value]) => value);
  return () => {
    for (let i = 0; i < keys.length; i++) if (!Object.is(fields[keys[i]!], values[i])) return false;
    return namesIn(x) === count;
  };
}

/**
 * Notes that a function depends on the fields of an object, such as the options of a layer: a compiled function is traced
 * again if they change. The entries of containers in them count too, those of other objects do not.
 * @throws at the end of the trace, if the function itself has changed one
 */
export function guardFields(owner: object): void {
  const recorder = currentRecorder();
  if (!recorder || recorder.isGuarded(owner) || recorder.arguments.has(owner)) return;
  const held = heldBy(owner);
  const changed = () => {
    const field = containerOf(owner)
      .entries(owner)
      .find(([key, value]) => !held[0]?.[1].some(([k, v]) => k === key && Object.is(v, value)));
    return `${owner.constructor.name} sets ${field ? `its field ${String(field[0])}` : "what is in its fields"}, which is not done again at each call. Did you mean to return it, or a Cell and assign(…)?`;
  };
  const checks = held.map(([x, entries]) => checkOf(x, entries));
  recorder.guard(() => checks.every((check) => check()), owner, changed);
}

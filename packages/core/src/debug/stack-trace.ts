/** The place in a line of a stack trace: `at f (file:1:2)` in V8, `f@file:1:2` elsewhere. */
const placeOf = (line: string): string | undefined =>
  /(?:^\s*at (?:async |.*\()?|^[^@]*@)(.*:\d+:\d+)\)?$/.exec(line)?.[1]?.replace("file://", "");

const placesOf = (stack = ""): string[] => stack.split("\n").flatMap((line) => placeOf(line) ?? []);

/** Where this file is, and the folder of all packages if it can be told. */
const here = placesOf(new Error().stack)[0]?.replace(/:\d+:\d+$/, "") ?? "";
const home = /^(.*[\\/])core[\\/](?:src|dist)[\\/]/.exec(here)?.[1];

/** Whether a place is in this library, side by side or installed or the file that it was bundled to, or in Node. */
function isOwn(place: string): boolean {
  if (/^node:|@chainrule[\\/_]/.test(place)) return true;
  if (home === undefined) return place.startsWith(here);
  return place.startsWith(home) && /^(core|nn|optim)[\\/](src|dist)[\\/]/.test(place.slice(home.length));
}

/** A stack trace to ask later: formatting one takes longer than keeping it. */
export const mark = (): Error => new Error();

/** Runs `f` with stack traces deep enough to reach through layers of layers. */
export function withDeepTraces<T>(f: () => T): T {
  const settings = Error as { stackTraceLimit?: number };
  const before = settings.stackTraceLimit;
  settings.stackTraceLimit = 100;
  try {
    return f();
  } finally {
    if (before !== undefined) settings.stackTraceLimit = before;
  }
}

/** The first place outside this library: `file:line:column` of whoever called it. */
export const callerOf = ({ stack }: Error): string | undefined =>
  placesOf(stack).find((place) => !isOwn(place));

/** The place in a line of a stack trace: `at f (file:1:2)` in V8, `f@file:1:2` elsewhere. */
const locationOf = (line: string): string | undefined =>
  /(?:^\s*at (?:async |.*\()?|^[^@]*@)(.*:\d+:\d+)\)?$/.exec(line)?.[1]?.replace("file://", "");

const locationsOf = (stack = ""): string[] => stack.split("\n").flatMap((line) => locationOf(line) ?? []);

/** Where this file is, and the folder of all packages if it can be told. */
const thisFile = locationsOf(new Error().stack)[0]?.replace(/:\d+:\d+$/, "") ?? "";
const packageRoot = /^(.*[\\/])core[\\/](?:src|dist)[\\/]/.exec(thisFile)?.[1];

/** Whether a place is in this library, side by side or installed or the file that it was bundled to, or in Node. */
function isInternal(place: string): boolean {
  if (/^node:|@chainrule[\\/_]/.test(place)) return true;
  if (packageRoot === undefined) return place.startsWith(thisFile);
  return (
    place.startsWith(packageRoot) &&
    /^(core|nn|optim)[\\/](src|dist)[\\/]/.test(place.slice(packageRoot.length))
  );
}

/** A stack trace to ask later: formatting one takes longer than keeping it. */
export const captureStack = (): Error => new Error();

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
  locationsOf(stack).find((place) => !isInternal(place));

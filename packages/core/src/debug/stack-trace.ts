/** The location in a line of a stack trace: `at f (file:1:2)` in V8, `f@file:1:2` elsewhere. */
const locationOf = (line: string): string | undefined =>
  /(?:^\s*at (?:async |.*\()?|^[^@]*@)(.*:\d+:\d+)\)?$/.exec(line)?.[1]?.replace("file://", "");

const locationsOf = (stack = ""): string[] => stack.split("\n").flatMap((line) => locationOf(line) ?? []);

/** The path of this file, and the folder of all packages if this file is in one. */
const thisFile = locationsOf(new Error().stack)[0]?.replace(/:\d+:\d+$/, "") ?? "";
const packageRoot = /^(.*[\\/])core[\\/](?:src|dist)[\\/]/.exec(thisFile)?.[1];

/** Whether a location is in Node or in this library: in the workspace, installed, or in the file that it was bundled into. */
function isInternal(place: string): boolean {
  if (/^node:|@chainrule[\\/_]/.test(place)) return true;
  if (packageRoot === undefined) return place.startsWith(thisFile);
  return (
    place.startsWith(packageRoot) &&
    /^(core|nn|optim)[\\/](src|dist)[\\/]/.test(place.slice(packageRoot.length))
  );
}

/** Captures a stack trace, which is formatted only when it is read. */
export const captureStack = (): Error => new Error();

/** Runs `f` with stack traces deep enough to reach through nested layers. */
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

/** The first location outside this library: `file:line:column` of the caller. */
export const callerOf = ({ stack }: Error): string | undefined =>
  locationsOf(stack).find((place) => !isInternal(place));

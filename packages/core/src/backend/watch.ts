import type { Steps } from "../lower/work.ts";

/** What looks on while programs run: it does their steps, all of them and in order. */
export type Watch = (program: Steps, step: (k: number) => void) => void;

export let watch: Watch | null = null;

/** Has all programs watched from now on; gives what watched before. */
export function watchBy(by: Watch | null): Watch | null {
  const before = watch;
  watch = by;
  return before;
}

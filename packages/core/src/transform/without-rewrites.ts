import { checked, type Signature } from "../arguments.ts";
import { requireSynchronous } from "../errors.ts";
import { withRewriting } from "../graph/build.ts";

const ofFunction: Signature = { f: "function" };

/**
 * Runs f without rewrites: each composition is computed as it is written, with the digits that it keeps.
 *
 * @param f a synchronous function
 * @returns the result of f
 * @throws if f is async: rewrites would be switched on again at its first await
 *
 * @example
 * const z = tensor(-200);
 * console.log(z.sigmoid().log().item()); //=> -200
 * console.log(withoutRewrites(() => z.sigmoid().log().item())); //=> -Infinity
 */
export const withoutRewrites = checked(
  "withoutRewrites",
  ofFunction,
  <T>(f: () => T): T => requireSynchronous("withoutRewrites", withRewriting(false, f)),
);

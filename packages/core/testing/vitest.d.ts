/** Types of the matchers of `@chainrule/core/testing` in Vitest, after `expect.extend(matchers)`. */
import type { TensorMatchers } from "@chainrule/core/testing";

declare module "vitest" {
  // biome-ignore lint/suspicious/noExplicitAny: declarations that merge have the type parameters of Vitest's own
  interface Matchers<T = any> extends TensorMatchers<T> {}
}

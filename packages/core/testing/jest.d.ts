/** Types of the matchers of `@chainrule/core/testing` in Jest with `@types/jest`, after `expect.extend(matchers)`. */
import type { TensorMatchers } from "@chainrule/core/testing";

declare global {
  namespace jest {
    // biome-ignore lint/complexity/noBannedTypes: declarations that merge have the type parameters of Jest's own
    interface Matchers<R, T = {}> extends TensorMatchers<R> {}
  }
}

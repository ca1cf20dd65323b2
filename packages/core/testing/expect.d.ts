/** Types of the matchers of `@chainrule/core/testing` in Jest with `@jest/globals`, after `expect.extend(matchers)`. */
import type { TensorMatchers } from "@chainrule/core/testing";

declare module "expect" {
  interface Matchers<R extends void | Promise<void>, T = unknown> extends TensorMatchers<R> {}
}

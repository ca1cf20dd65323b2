import type { Node } from "../graph/node.ts";

/** What evaluates graphs. A backend is this one function; the conformance tests say whether it is right. */
export interface Backend {
  readonly name: string;
  /** Gives each of `roots` its value. */
  evaluate(roots: readonly Node[]): void;
}

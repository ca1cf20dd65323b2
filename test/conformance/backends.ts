import type { Backend } from "@chainrule/core/testing";
import { interpreter, wasm, withBackend } from "@chainrule/core/testing";
import { describe } from "vitest";

/** An implementation under test, and how many units in the last place one row may be off the correctly rounded result. */
export interface Candidate {
  readonly backend: Backend;
  readonly ulps: number;
}

/** Every implementation of the table. A new one is a line here. */
export const candidates: readonly Candidate[] = [
  { backend: interpreter, ulps: 0 },
  { backend: wasm, ulps: 4 },
];

/** Runs `body` on a backend. */
export type On = <T>(body: () => T) => T;

/** Declares tests for every implementation. */
export function eachBackend(title: string, tests: (on: On, candidate: Candidate) => void): void {
  for (const candidate of candidates)
    describe(`${title} (${candidate.backend.name})`, () =>
      tests((body) => withBackend(candidate.backend, body), candidate));
}

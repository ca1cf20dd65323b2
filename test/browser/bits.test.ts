import { describe, expect, inject, it } from "vitest";
import { everywhere } from "./runs.ts";

const node = inject("node");

describe("the same seed gives the same bits here as on Node", () => {
  for (const [name, run] of everywhere)
    it(name, () => {
      expect(run()).toEqual(node[name]);
    });
});

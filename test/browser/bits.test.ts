import { describe, expect, inject, it } from "vitest";
import { everywhere } from "./runs.ts";

const node = inject("node");

describe("the same seed gives the same bits here as on Node", () => {
  for (const [name, run] of everywhere)
    it(name, () => {
      expect(run()).toEqual(node[name]);
    });

  it("from a minified bundle too", () => {
    const lines: string[] = [];
    new Function("console", inject("bundle"))({ log: (line: string) => lines.push(line) });
    expect(lines.map((line) => JSON.parse(line))).toEqual([node]);
  });
});

import { describe, expect, it } from "vitest";
import { callerOf } from "../../src/debug/stack-trace.ts";

const caller = (...lines: string[]): string | undefined => callerOf({ stack: lines.join("\n") } as Error);

describe("the caller", () => {
  it("is the first place outside the library, as V8 writes it", () => {
    const own = [
      "Error",
      "    at build (/app/node_modules/@chainrule/core/dist/index.js:10:7)",
      "    at Array.map (<anonymous>)",
      "    at file:///app/node_modules/.vite/deps/@chainrule_nn.js?v=1:3:9",
    ];
    expect(caller(...own, "    at step (/app/my code/train.ts:12:20)", "    at /app/x.ts:1:1")).toBe(
      "/app/my code/train.ts:12:20",
    );
    expect(caller(...own, "    at async file:///app/train.ts:3:4")).toBe("/app/train.ts:3:4");
    expect(caller(...own)).toBeUndefined();
  });

  it("is the first place outside the library, as others write it", () => {
    const own = "build@https://host/node_modules/@chainrule/core/dist/index.js:10:7";
    expect(caller(own, "step@https://host/train.js:12:20", "@https://host/x.js:1:1")).toBe(
      "https://host/train.js:12:20",
    );
    expect(caller(own, "@https://host/train.js:3:4")).toBe("https://host/train.js:3:4");
    expect(caller(own, "[native code]")).toBeUndefined();
  });

  it("is who called, for packages side by side", () => {
    const [path, line] = callerOf(new Error())?.split(":") ?? [];
    expect(path).toMatch(/packages\/core\/test\/debug\/stack-trace\.test\.ts$/);
    expect(Number(line)).toBeGreaterThan(0);
  });
});

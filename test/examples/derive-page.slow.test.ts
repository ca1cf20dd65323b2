import { resolve } from "node:path";
import { expect, it, vi } from "vitest";

it("the page of examples/09-derive.ts is examples/09-derive.html", async () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  const { page } = await import("../../examples/09-derive.ts").finally(() => log.mockRestore());
  await expect(page.toHTML()).toMatchFileSnapshot(resolve("examples/09-derive.html"));
});

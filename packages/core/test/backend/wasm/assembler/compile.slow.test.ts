import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const tsx = createRequire(import.meta.url).resolve("tsx/cli");

/** What a program prints where the engine refuses to compile code at run time, as a strict Content-Security-Policy has it. */
async function printedBy(program: string): Promise<string> {
  const args = [tsx, "--conditions=@chainrule/source", "--input-type=module", "--eval", program];
  return (await promisify(execFile)(process.execPath, args)).stdout.trim();
}

/** Refuses as V8 does for an embedder. */
const forbid = `
  WebAssembly.Module = class { constructor() { throw new WebAssembly.CompileError("Wasm code generation disallowed by embedder"); } };
`;

it("where WebAssembly may not be compiled the error names the cause and the fix, which works", async () => {
  const printed = await printedBy(`
    import { interpreter, setBackend, tensor } from "@chainrule/core";
    ${forbid}
    try { tensor([1, 2]).square().sum().item(); } catch (e) { console.log(e.name, e.message, "|", e.cause.name); }
    setBackend(interpreter);
    console.log(tensor([1, 2]).square().sum().item());
  `);
  expect(printed).toMatch(
    /^ChainruleError wasm: .*'wasm-unsafe-eval'.*setBackend\(interpreter\).* \| CompileError\n5$/,
  );
});

it("an environment that may not be read, as in Deno, does not keep the library from loading", async () => {
  const printed = await printedBy(`
    const get = (env, name) => {
      if (name === "CHAINRULE_DEBUG") throw new Error("NotCapable: Requires env access");
      return env[name];
    };
    process.env = new Proxy(process.env, { get });
    const { tensor } = await import("@chainrule/core");
    console.log(tensor([1, 2]).sum().item());
  `);
  expect(printed).toBe("3");
});

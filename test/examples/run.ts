import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { format, promisify } from "node:util";
import { afterAll, vi } from "vitest";

const tsx = createRequire(import.meta.url).resolve("tsx/cli");

/** Text without white space at the end of its lines and empty lines at its end. */
export const clean = (text: string): string => text.replace(/[^\S\n]+$/gm, "").trimEnd();

/** The output of a TypeScript file in a process of its own. @throws if it fails. */
export async function printed(file: string): Promise<string> {
  const args = [tsx, "--conditions=@chainrule/source", file];
  return clean((await promisify(execFile)(process.execPath, args)).stdout);
}

/** What a module logs when it is imported into this process, which takes less time than a process of its own. */
export async function logged(file: string): Promise<string> {
  const lines: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((...values) => {
    lines.push(format(...values));
  });
  try {
    await import(file);
  } finally {
    log.mockRestore();
  }
  return clean(lines.join("\n"));
}

/** A temporary folder, in which modules can import the packages by their names. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "examples-"));
  symlinkSync(resolve("node_modules"), join(folder, "node_modules"), "junction");
  afterAll(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** The output that the `//=> ` comments of a program state. */
export const stated = (program: string): string =>
  clean([...program.matchAll(/\/\/=>[ ]?(.*)$/gm)].map(([, line]) => line).join("\n"));

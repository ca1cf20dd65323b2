import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { promisify } from "node:util";

const tsx = createRequire(import.meta.url).resolve("tsx/cli");

/** What a TypeScript program prints: `[file]`, or `["--input-type=module", "--eval", text]`. @throws where it fails. */
export async function printed(program: readonly string[]): Promise<string> {
  const args = [tsx, "--conditions=@chainrule/source", ...program];
  return clean((await promisify(execFile)(process.execPath, args)).stdout);
}

/** Text without white space at the end of its lines and empty lines at its end. */
export const clean = (text: string): string => text.replace(/[^\S\n]+$/gm, "").trimEnd();

/** The output that the `//=> ` comments of a program state. */
export const stated = (program: string): string =>
  clean([...program.matchAll(/\/\/=>[ ]?(.*)$/gm)].map(([, line]) => line).join("\n"));

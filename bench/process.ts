import { spawn } from "node:child_process";
import type { Found } from "./cell.ts";

/** Runs a program in a process of its own and reads the last line that it prints; one that takes too long is an error. */
export function runProcess(command: string, args: readonly string[], limitMs: number): Promise<Found> {
  return new Promise((done) => {
    const fail = (why: string) => done({ measured: [], failed: { "": why } });
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    const text = { out: "", err: "" };
    child.stdout.on("data", (part) => {
      text.out += part;
    });
    child.stderr.on("data", (part) => {
      text.err += part;
    });
    const timer = setTimeout(() => child.kill("SIGKILL"), limitMs);
    child.on("error", ({ message }) => fail(message));
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      const line = text.out.trim().split("\n").at(-1) ?? "";
      if (signal === "SIGKILL") fail(`took longer than ${limitMs / 1000} s, or the memory`);
      else if (line.startsWith("{")) done(JSON.parse(line));
      else {
        const lines = text.err.split("\n").filter((candidate) => /\w*Error\b/.test(candidate));
        fail(lines.at(-1)?.trim() ?? `ended with code ${code}`);
      }
    });
  });
}

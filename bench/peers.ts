import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";

/** This folder: a project of its own, so that the peers are installed by nothing else. */
export const home = import.meta.dirname;

/** Installs the pinned peers where they are missing or older than the lock file, without running scripts of theirs. */
export function installPeers(): void {
  const [lock, installed] = ["package-lock.json", "node_modules/.package-lock.json"].map((file) =>
    join(home, file),
  ) as [string, string];
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  console.log("installing the peers into bench/node_modules …");
  const { status } = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: home,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (status !== 0) throw new Error("the peers could not be installed; see npm's message above");
}

/** A Python that has torch, or undefined. */
export function findTorch(): string | undefined {
  const { status, stdout } = spawnSync("python3", ["-c", "import torch; print(torch.__version__)"]);
  return status === 0 ? String(stdout).trim() : undefined;
}

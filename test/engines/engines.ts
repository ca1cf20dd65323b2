/** JavaScript engines: where to find them on this machine, and how each runs a script. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import type { Report } from "./report.ts";

/** A program with its first arguments. */
export type Command = readonly [program: string, ...rest: string[]];

/** Runs a script with a command and returns its report. */
type Run = (command: Command, script: string) => Promise<Report>;

export interface Engine {
  /** The command of the engine that is installed. */
  readonly found: Command | undefined;
  /** The command that fetches the engine from npm, where that has it. */
  readonly fetched?: Command;
  readonly run: Run;
}

const timeout = 240_000;

const withFolder = async <T>(f: (folder: string) => Promise<T>): Promise<T> => {
  const folder = await mkdtemp(join(tmpdir(), "chainrule-engine-"));
  try {
    return await f(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
};

/** Runs a script from a file and parses its output. */
const fromFile: Run = ([program, ...rest], script) =>
  withFolder(async (folder) => {
    const file = join(folder, "program.js");
    await writeFile(file, script);
    const { stdout } = await promisify(execFile)(program, [...rest, file], { timeout });
    return JSON.parse(stdout);
  });

/** The page that runs a script, which sends what it prints, or its error, to the server. */
const page = (script: string): string => `<!doctype html><meta charset="utf-8">
<script>
const send = (body) => fetch("/report", { method: "POST", body });
console.log = send;
onerror = (message) => send(JSON.stringify({ error: String(message) }));
</script>
<script>${script.replaceAll("</script", "<\\/script")}</script>`;

/** A server of the page on a free port, and the report that the page sends. */
async function serve(script: string) {
  let settle: (report: Report | { readonly error: string }) => void = () => {};
  const report = new Promise<Report>((resolve, reject) => {
    settle = (sent) => ("error" in sent ? reject(new Error(sent.error)) : resolve(sent));
  });
  const server = createServer(async (request, response) => {
    if (request.method === "GET") {
      response.setHeader("Content-Type", "text/html");
      response.end(request.url === "/" ? page(script) : "");
      return;
    }
    const body: Buffer[] = [];
    for await (const chunk of request) body.push(chunk);
    response.end();
    settle(JSON.parse(Buffer.concat(body).toString()));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${port}/`, report, settle, close };
}

/** Opens a script as a page of a browser, with a profile of its own. */
const asPage =
  (flags: (profile: string) => string[]): Run =>
  ([program, ...rest], script) =>
    withFolder(async (profile) => {
      const { url, report, settle, close } = await serve(script);
      const browser = spawn(program, [...rest, ...flags(profile), url], { stdio: "ignore" });
      const closed = new Promise((done) => browser.once("close", done));
      browser.once("error", ({ message }) => settle({ error: message }));
      const limit = setTimeout(() => settle({ error: `${program} sent no report` }), timeout);
      try {
        return await report;
      } finally {
        clearTimeout(limit);
        close();
        if (browser.kill()) await closed;
      }
    });

const onPath = (program: string): string | undefined =>
  (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path));

/** The command of the first program that is installed: a name on the PATH, or a place. */
function installed(programs: readonly (string | undefined)[], ...rest: string[]): Command | undefined {
  for (const program of programs) {
    const path = program && (existsSync(program) ? program : onPath(program));
    if (path) return [path, ...rest];
  }
  return undefined;
}

const npx = (...rest: string[]): Command => ["npx", "-y", ...rest];

const node = (version: string): Engine => ({
  found: process.versions.node.startsWith(`${version}.`) ? [process.execPath] : undefined,
  fetched: npx("-p", `node@${version}`, "node"),
  run: fromFile,
});

const chromiumFlags = (profile: string) => [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  `--user-data-dir=${profile}`,
];

export const engines: Readonly<Record<string, Engine>> = {
  "Node 20": node("20"),
  "Node 22": node("22"),
  "Node 24": node("24"),
  "Node 26": node("26"),
  Bun: { found: installed(["bun"]), fetched: npx("bun@latest"), run: fromFile },
  Deno: { found: installed(["deno"], "run"), fetched: npx("deno@latest", "run"), run: fromFile },
  Chromium: {
    found: installed([
      process.env.CHROMIUM_PATH,
      "chromium",
      "chromium-browser",
      "google-chrome",
      "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ]),
    run: asPage(chromiumFlags),
  },
  Firefox: {
    found: installed([
      process.env.FIREFOX_PATH,
      "firefox-esr",
      "firefox",
      "/Applications/Firefox.app/Contents/MacOS/firefox",
    ]),
    run: asPage((profile) => ["--headless", "--no-remote", "--profile", profile]),
  },
};

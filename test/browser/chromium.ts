import { existsSync } from "node:fs";
import { chromium } from "playwright";

const places = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** How to start a Chromium at a place of this machine. */
const launchAt = (executablePath: string) => ({ executablePath, args: ["--disable-quic"] });

/** How to start a Chromium that this machine has: the one that CHROMIUM_PATH names, where that is set, or one that starts. */
export async function findChromium({ CHROMIUM_PATH } = process.env) {
  for (const place of CHROMIUM_PATH === undefined ? places : [CHROMIUM_PATH])
    if (existsSync(place))
      try {
        await (await chromium.launch(launchAt(place))).close();
        return launchAt(place);
      } catch (error) {
        console.warn(`${place} does not start: ${String(error).split("\n")[0]}`);
      }
  console.warn("The tests in a browser are skipped: no Chromium was found. CHROMIUM_PATH can name one.");
  return undefined;
}

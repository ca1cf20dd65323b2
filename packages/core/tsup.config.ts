import { defineConfig } from "tsup";

export default defineConfig({
  entry: ["src/index.ts", "src/testing/index.ts", "src/internal/index.ts"],
  format: "esm",
  platform: "neutral",
  target: "es2022",
  sourcemap: true,
  clean: true,
});

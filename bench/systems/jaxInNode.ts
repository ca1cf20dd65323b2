/** jax-js reads the browser's `navigator`, which Node 20 lacks. Without a global `Worker` it runs on one thread. */
if (!("navigator" in globalThis))
  Object.defineProperty(globalThis, "navigator", { value: { userAgent: "node", hardwareConcurrency: 1 } });

// Runs the worker from its TypeScript source when the code is not compiled (tests, development).
import { register } from "tsx/esm/api";

register();
await import("./mine-worker.ts");

/**
 * What makes the program start fast: packages that do much when they are loaded do it later in the bundle, or not at all.
 *
 * oclif loads all of itself to run one command: its plugins, help, and the packages behind them. In the bundle each of its
 * modules is run when it is first used instead, and those that a running command never uses are cut off, so that they
 * need not even be read. This leans on how TypeScript compiles: `const x_1 = require("./x")`, then `x_1.name` where it is used. A module that
 * must be run earlier (its class is extended) is run by that very use.
 */
import { builtinModules } from "node:module";
import { dirname, join } from "node:path";

const LIB = /\/@oclif\/core\/lib\/(.+)$/;

/** What a command that runs never uses: `module` asks for `request`. Help and `Config` come in by their own door. */
const CUT = [
  ["command.js", /^\.\/(config|help\/util|ux|logger)$/],
  ["flags.js", /^\.\/help$/],
  ["parser/index.js", /^\.\/help$/],
  ["parser/parse.js", /^\.\.\/logger$/],
  ["errors/index.js", /^\.\/handle$/],
];

/** The parts of oclif that commands are written with. */
const PARTS = `
  export * as Args from "@oclif/core/args";
  export * as Flags from "@oclif/core/flags";
  export { Command } from "@oclif/core/command";
`;

/** A module that is run at its first use. \`__esModule\` is asked for at once, and answered without running it. */
const onDemand = (path, isEsModule) => `
  const load = () => require(${JSON.stringify(path)});
  module.exports = new Proxy(function () {}, {
    get: (_, name) => (name === "__esModule" ? ${isEsModule} : load()[name]),
    apply: (_, self, args) => load().apply(self, args),
  });
`;

const CUT_OFF = `
  const missing = (name) => { throw new Error("oclif: " + String(name) + " is not part of the bundle"); };
  module.exports = new Proxy({}, { get: (_, name) => (name === "__esModule" ? true : () => missing(name)) });
`;

export const oclifOnDemand = {
  name: "oclif-on-demand",
  setup({ onResolve, onLoad, resolve }) {
    onResolve({ filter: /^@oclif\/core$/ }, ({ importer }) =>
      LIB.test(importer) ? undefined : { path: "parts", namespace: "oclif-parts" },
    );
    onLoad({ filter: /.*/, namespace: "oclif-parts" }, () => ({ contents: PARTS, resolveDir: process.cwd() }));

    onResolve({ filter: /.*/ }, async ({ path, importer, kind, namespace, resolveDir }) => {
      const [, module] = LIB.exec(importer) ?? [];
      if (module === undefined || namespace !== "file" || kind !== "require-call") return undefined;
      if (CUT.some(([from, request]) => module === from && request.test(path))) {
        return { path: `${module} ${path}`, namespace: "oclif-cut" };
      }
      if (path.startsWith("node:") || builtinModules.includes(path)) {
        return { path, namespace: "on-demand", pluginData: { isEsModule: false, resolveDir } };
      }
      if (!path.startsWith(".")) return undefined;
      const found = await resolve(path, { kind, importer: join(resolveDir, "on-demand.js"), resolveDir });
      return {
        path: found.path,
        namespace: "on-demand",
        pluginData: { isEsModule: true, resolveDir: dirname(found.path) },
      };
    });
    onLoad({ filter: /.*/, namespace: "on-demand" }, ({ path, pluginData }) => ({
      contents: onDemand(path, pluginData.isEsModule),
      resolveDir: pluginData.resolveDir,
    }));
    onLoad({ filter: /.*/, namespace: "oclif-cut" }, () => ({ contents: CUT_OFF }));
  },
};

/** chalk asks at once which colours the process may use, of modules that take as long to load as it; `colour.ts` decides. */
export const colourByUs = {
  name: "colour-by-us",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^#supports-color$/ }, ({ path }) => ({ path, namespace: "colour-by-us" }));
    onLoad({ filter: /.*/, namespace: "colour-by-us" }, () => ({
      contents: "export default { stdout: false, stderr: false };",
    }));
  },
};

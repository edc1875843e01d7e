/**
 * The arrows of the house: which room may import which. Rooms further out import rooms further in, never the other way.
 *
 * platform, bytes, crypto  <-  accounts, devp2p, whisper, payloads  <-  messenger  <-  profile  <-  node  <-  cli, commands
 */
const ROOMS = {
  platform: ["bytes"], // a node id is hex
  bytes: ["platform"],
  crypto: ["platform", "bytes"],
  proto: [],
  accounts: ["platform", "bytes", "crypto"],
  devp2p: ["platform", "bytes", "crypto"],
  whisper: ["platform", "bytes", "crypto"],
  payloads: ["platform", "bytes", "crypto", "accounts", "proto"],
  messenger: ["platform", "bytes", "crypto", "accounts", "whisper", "payloads"],
  profile: ["platform", "bytes", "crypto", "accounts", "whisper", "payloads", "messenger"],
  node: ["platform", "bytes", "crypto", "accounts", "devp2p", "whisper", "payloads", "messenger", "profile"],
};

const names = Object.keys(ROOMS);
const pathOf = (rooms) => `^src/core/(${rooms.join("|")})/`;

const arrows = names.map((room) => ({
  name: `core-${room}`,
  comment: `core/${room} imports ${ROOMS[room].length === 0 ? "no other room" : ROOMS[room].join(", ")}`,
  severity: "error",
  from: { path: pathOf([room]) },
  to: { path: "^src/", pathNot: pathOf([room, ...ROOMS[room]]) },
}));

module.exports = {
  forbidden: [
    ...arrows,
    {
      name: "every-room-has-a-rule",
      comment: "a new room of core says here what it may import",
      severity: "error",
      from: { path: "^src/core/", pathNot: pathOf(names) },
      to: {},
    },
    {
      name: "core-is-a-library",
      comment: "core knows neither oclif nor the terminal",
      severity: "error",
      from: { path: "^src/core/" },
      to: { path: "node_modules/(@oclif|chalk|listr2|uqr|string-width)/" },
    },
    {
      name: "core-outside-node-is-pure",
      comment: "machines do no input or output; crypto may use node:crypto, a pure function there",
      severity: "error",
      from: { path: "^src/core/", pathNot: "^src/core/(node|crypto)/" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "one-door-to-primitives",
      comment: "only crypto names a package of primitives; accounts names those of its standards",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/core/crypto/" },
      to: { path: "node_modules/(@noble|hash-wasm|secp256k1)/" },
    },
    {
      name: "standards-of-accounts",
      comment: "phrases, the key tree and names of the name service are of accounts alone",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/core/accounts/" },
      to: { path: "node_modules/(@scure/bip32|@scure/bip39|@adraffy)/" },
    },
    {
      name: "cli-serves-commands",
      comment: "src/cli never imports a command",
      severity: "error",
      from: { path: "^src/(cli|core)/" },
      to: { path: "^src/commands/" },
    },
    {
      name: "one-file-one-command",
      comment: "a command imports no other command",
      severity: "error",
      from: { path: "^src/commands/" },
      to: { path: "^src/commands/" },
    },
    {
      name: "no-circles",
      comment: "values in a circle of imports are undefined in turn; types may point back",
      severity: "error",
      from: { path: "^src/" },
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "no-tests-in-the-program",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^(test|bench|scripts)/" },
    },
    {
      name: "nothing-unresolved",
      comment: "oclif's lazy look at typescript is not ours",
      severity: "error",
      from: { path: "^src/" },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};

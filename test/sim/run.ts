/**
 * Runs the simulation: `npm run sim -- --seeds N --from S [--scenario NAME]`. A failing run is a seed; it is printed with
 * what went wrong, and the exit code is 1.
 */
import { parseArgs } from "node:util";
import { openCrypto } from "../../src/core/crypto/open.ts";
import { SCENARIOS } from "./scenarios.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "50" },
    from: { type: "string", default: "1" },
    scenario: { type: "string" },
  },
});
const [count, from] = [Number(values.seeds), Number(values.from)];
if (!(Number.isSafeInteger(count) && count > 0 && Number.isSafeInteger(from))) {
  console.error("usage: npm run sim -- --seeds N --from S [--scenario NAME]");
  process.exit(2);
}
const chosen = SCENARIOS.filter(({ name }) => values.scenario === undefined || values.scenario === name);
if (chosen.length === 0) {
  console.error(`no scenario "${values.scenario}"; there are: ${SCENARIOS.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}

const crypto = await openCrypto("fast");
let [passed, failed] = [0, 0];
for (const { name, about, run } of chosen) {
  let checks = 0;
  for (let seed = from; seed < from + count; seed++) {
    const result = run(seed, crypto);
    checks += result.checks;
    if (result.failures.length === 0) passed++;
    else {
      failed++;
      console.log(`FAILED ${name}, seed ${seed} (npm run sim -- --scenario ${name} --seeds 1 --from ${seed})`);
      for (const failure of result.failures.slice(0, 5)) console.log(`  ${failure}`);
    }
  }
  console.log(`${name}: ${count} seeds from ${from}, ${checks} ${about}`);
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

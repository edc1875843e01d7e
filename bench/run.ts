/**
 * `npm run bench` runs all benchmarks of this folder, `npm run bench -- NAME...` some; `--json` prints one JSON value
 * on stdout instead of tables. Exits 0 whatever the figures say, 2 when a name is unknown.
 */
import { readdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { type Benchmark, type Figure, type Measure, meetsTarget } from "./harness.ts";

const OTHERS = ["harness", "run"];

const { values, positionals } = parseArgs({ options: { json: { type: "boolean" } }, allowPositionals: true });
const names = readdirSync(new URL(".", import.meta.url))
  .filter((file) => file.endsWith(".ts"))
  .map((file) => file.slice(0, -".ts".length))
  .filter((name) => !OTHERS.includes(name));

async function runAll(chosen: readonly string[]): Promise<void> {
  const results: { name: string; about: string; figures: (Figure & { met?: boolean })[] }[] = [];
  for (const name of chosen) {
    const { benchmark }: { benchmark: Benchmark } = await import(`./${name}.ts`);
    if (!values.json) console.log(`\n${benchmark.name}: ${benchmark.about}\n`);
    const figures = await benchmark.run();
    if (!values.json) printTable(figures);
    results.push({ name: benchmark.name, about: benchmark.about, figures: figures.map(withVerdict) });
  }
  if (values.json) console.log(JSON.stringify({ node: process.version, platform: process.platform, results }));
}

function withVerdict(figure: Figure): Figure & { met?: boolean } {
  const met = meetsTarget(figure);
  return met === undefined ? figure : { ...figure, met };
}

function printTable(figures: readonly Figure[]): void {
  const head = ["what", "subject", "baseline", "ratio", "min .. max", "target"];
  const rows = figures.map((figure) => [
    figure.what,
    formatMeasure(figure.subject),
    formatMeasure(figure.baseline),
    formatNumber(figure.ratio.median),
    `${formatNumber(figure.ratio.min)} .. ${formatNumber(figure.ratio.max)}`,
    formatTarget(figure),
  ]);
  const widths = head.map((title, column) => Math.max(...[head, ...rows].map((row) => (row[column] ?? title).length)));
  for (const row of [head, ...rows]) {
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    );
  }
}

const formatMeasure = ({ name, value, unit }: Measure): string => `${name}: ${formatNumber(value)} ${unit}`;

const formatNumber = (value: number): string => value.toLocaleString("en", { maximumSignificantDigits: 3 });

function formatTarget(figure: Figure): string {
  const { target } = figure;
  if (target === undefined) return "";
  const bound = "atLeast" in target ? `>= ${target.atLeast}` : `<= ${target.atMost}`;
  return `${bound} ${meetsTarget(figure) ? "met" : "MISSED"}`;
}

const unknown = positionals.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`no benchmark ${unknown.join(", ")}; there are: ${names.join(", ")}`);
  process.exitCode = 2;
} else {
  await runAll(positionals.length > 0 ? positionals : names);
}

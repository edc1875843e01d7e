/** Layers of an envelope as a tree for a person, and as a list for programs. */
import type { ChalkInstance } from "chalk";
import type { Fields, FieldValue, Layer } from "../core/messenger/explain.ts";
import { plainLine } from "./terminal-text.ts";

/** A layer without the one inside it. */
export type FlatLayer = Omit<Layer, "inside">;

/** Outermost first. */
export function flattened(layer: Layer): FlatLayer[] {
  const { inside, ...own } = layer;
  return inside === undefined ? [own] : [own, ...flattened(inside)];
}

export interface LayerStyle {
  readonly colours: ChalkInstance;
  /** Show every field, however long. */
  readonly full: boolean;
}

/** Longest value of a field that a glance needs. */
const GLANCE = 72;

export function layerLines(layers: readonly FlatLayer[], style: LayerStyle): string[] {
  return layers.flatMap((layer, depth) => oneLayer(layer, style).map((line) => `${"  ".repeat(depth)}${line}`));
}

function oneLayer({ layer, ok, fields, why, unknown }: FlatLayer, { colours, full }: LayerStyle): string[] {
  const title = ok ? colours.green(layer) : colours.red(layer);
  const shown = Object.entries(fields).filter(([, value]) => full || (value !== null && value !== ""));
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return [
    why === undefined ? title : `${title}: ${plainLine(why)}`,
    ...shown.flatMap(([name, value]) => fieldLines(name.padEnd(width), value, full)),
    ...(unknown ?? []).map((field) => `  ${colours.yellow("unknown")} ${clipped(JSON.stringify(field), full)}`),
  ];
}

function fieldLines(name: string, value: FieldValue, full: boolean): string[] {
  if (isFields(value)) {
    const members = Object.entries(value).map(([key, member]) => `    ${key}: ${clipped(text(member), full)}`);
    return [`  ${name}`, ...members];
  }
  return [`  ${name}  ${clipped(text(value), full)}`];
}

const isFields = (value: FieldValue): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const text = (value: FieldValue): string => (typeof value === "string" ? value : JSON.stringify(value));

function clipped(value: string, full: boolean): string {
  const line = plainLine(value);
  return full || line.length <= GLANCE ? line : `${line.slice(0, GLANCE)}... (${line.length} characters)`;
}

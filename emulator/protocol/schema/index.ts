import { agent } from "./agent";
import { common } from "./common";
import { master } from "./master";
import { type Field, parseFields, type Schema } from "./notation";
import { scheduler } from "./scheduler";
import { task } from "./task";

const parts: Schema[] = [common, task, scheduler, master, agent];

/** All messages of the v1 APIs that the emulator speaks, by name. */
export const messages: ReadonlyMap<string, readonly Field[]> = new Map(
  parts.flatMap((part) => Object.entries(part.messages).map(([name, text]) => [name, parseFields(text)] as const)),
);

/** All enums, by name: their values with their numbers. */
export const enums: ReadonlyMap<string, ReadonlyMap<string, number>> = new Map(
  parts.flatMap((part) =>
    Object.entries(part.enums).map(([name, values]) => [name, new Map(Object.entries(values))] as const),
  ),
);

import type { AppDefinition } from "@drover/lib/marathon/types";
import { readApp, updatedApp } from "../model/app-request";
import { parseJsonBody } from "../model/json-shape";
import { emptyRoot } from "../model/root";

export const rules = { role: "*", features: new Set(["external_volumes"]) };

/** A definition as posting this body would give it. */
export function appOf(body: object, version = "2024-01-02T03:04:05.678Z"): AppDefinition {
  const sent = parseJsonBody(Buffer.from(JSON.stringify({ cmd: "x", ...body })));
  const { id = "/app", app } = readApp(sent, "/", rules);
  return { ...updatedApp(emptyRoot(version), id, app, false, rules), version };
}

import * as z from "zod";
import { invalidObject, refuseInvalid } from "./api-error";
import { type AppDefaults, completeApp, mergeUpdate } from "./app-definition";
import { type NetworkedApp, toNewForm } from "./app-networking";
import { appSchema, type RawApp } from "./app-schema";
import { missingFeatures } from "./features";
import { checkShape } from "./json-shape";
import { absoluteId } from "./path-id";
import { appOf, type Root } from "./root";
import type { UnversionedApp } from "./run-spec";
import { unsupportedFields } from "./unsupported-fields";

export interface AppRequestRules extends AppDefaults {
  /** `--default_network_name` */
  defaultNetworkName?: string;
  /** Features of `--enable_features`. */
  features: ReadonlySet<string>;
}

/** An app of a request: its shape is right and it asks for nothing that is not done here. */
export interface AppRequest {
  /** Absolute; undefined when the request names none. */
  id?: string;
  app: NetworkedApp;
}

/** Reads one app. @param base group that a relative id belongs to @throws ApiError 422 */
export function readApp(body: unknown, base: string, rules: AppRequestRules): AppRequest {
  return toRequest(checkShape(appSchema, body), base, rules);
}

/** Reads a list of apps. @throws ApiError 422 */
export function readApps(body: unknown, base: string, rules: AppRequestRules): AppRequest[] {
  return checkShape(z.array(appSchema), body).map((raw) => toRequest(raw, base, rules));
}

/** @throws ApiError 422 when the request names no app */
export function requiredId({ id }: AppRequest): string {
  if (id === undefined) throw invalidObject([{ path: "/id", errors: ["error.path.missing"] }]);
  return id;
}

/**
 * The definition that an update leads to.
 * @param isPartial what the update leaves out stays; otherwise it gets its default
 */
export function updatedApp(
  root: Root,
  id: string,
  update: NetworkedApp,
  isPartial: boolean,
  rules: AppRequestRules,
): UnversionedApp {
  const current = isPartial ? appOf(root, id) : undefined;
  return completeApp(id, current ? mergeUpdate(current, update) : update, rules);
}

export function toRequest(raw: RawApp, base: string, rules: AppRequestRules): AppRequest {
  refuseInvalid([...missingFeatures(raw, rules.features), ...unsupportedFields(raw)]);
  return {
    ...(raw.id === undefined ? {} : { id: absoluteId(raw.id, base) }),
    app: toNewForm(raw, rules.defaultNetworkName),
  };
}

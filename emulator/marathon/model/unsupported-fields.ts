import type { ErrorDetail } from "@drover/lib/marathon/types";
import { unsupported } from "./api-error";
import type { RawApp } from "./app-schema";

/** What upstream would act on and this Marathon does not: each is refused by name, so that nobody relies on it. */
export function unsupportedFields(app: RawApp): ErrorDetail[] {
  const details: ErrorDetail[] = [];
  const refuse = (given: boolean, path: string, what: string) => {
    if (given) details.push(unsupported(path, what));
  };
  refuse(app.check !== undefined, "/check", "general checks are");
  refuse(app.executorResources !== undefined, "/executorResources", "resources for an executor of one's own are");
  refuse((app.storeUrls ?? []).length > 0, "/storeUrls", "the artifact store is");
  refuse(!["", "//cmd"].includes(app.executor ?? ""), "/executor", "an executor of one's own is");
  refuse((app.ipAddress?.discovery?.ports ?? []).length > 0, "/ipAddress/discovery/ports", "discovery ports are");
  refuse((app.ipAddress?.groups ?? []).length > 0, "/ipAddress/groups", "network groups are");
  refuse(app.container?.linuxInfo !== undefined, "/container/linuxInfo", "Linux settings of a container are");
  for (const [index, volume] of (app.container?.volumes ?? []).entries()) {
    const path = `/container/volumes(${index})`;
    refuse(volume.persistent?.profileName !== undefined, `${path}/persistent/profileName`, "storage profiles are");
    refuse(
      volume.external !== undefined && volume.external.provider !== "dvdi",
      `${path}/external/provider`,
      `volume providers other than dvdi are`,
    );
  }
  return details;
}

import type { ResourceRule } from "../rule";
import { isDataVolume } from "./data-volume";

/** A protected resource is not deleted by mistake: Pulumi asks for it to be unprotected first. */
export const protectedData: ResourceRule = {
  name: "protected-data",
  description: "Production's data volumes are protected from removal.",
  level: "mandatory",
  resource(resource, { environment }) {
    // Whoever declares a block volume may say that it need not be kept.
    if (environment.blockVolumes[resource.name.replace(/^volume-/, "")]?.protect === false) return [];
    if (environment.purpose !== "production" || !isDataVolume(resource, environment) || resource.protect) return [];
    return [`${resource.name} holds production's data and is not protected: set the option protect`];
  },
};

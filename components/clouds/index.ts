import type { Environment } from "../../stacks/environment";
import type { LocalSetUp } from "../images";
import { AzureCloud } from "./azure";
import { checkBlockVolumes } from "./block-volume-rules";
import type { Cloud } from "./cloud";
import { DockerCloud } from "./docker";
import { OpenStackCloud } from "./openstack";

/** The cloud that an environment asks for. The SDKs load a resource's code when it is first used, so the others' cost nothing. */
export function cloudOf(environment: Environment, local: LocalSetUp): Cloud {
  checkBlockVolumes(environment);
  const name = `${environment.name}-${environment.cloud}`;
  switch (environment.cloud) {
    case "docker":
      return new DockerCloud(name, { environment, local });
    case "openstack":
      return new OpenStackCloud(name, { environment });
    case "azure":
      return new AzureCloud(name, { environment });
  }
}

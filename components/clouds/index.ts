import type { Environment } from "../../stacks/environment";
import type { LocalSetUp } from "../images";
import type { Cloud } from "./cloud";
import { DockerCloud } from "./docker";

/** The cloud that an environment asks for. */
export function cloudOf(environment: Environment, local: LocalSetUp): Cloud {
  switch (environment.cloud) {
    case "docker":
      return new DockerCloud(`${environment.name}-docker`, { environment, local });
  }
}

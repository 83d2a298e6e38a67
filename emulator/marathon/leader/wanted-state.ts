import type { RunningDeployment } from "../deployments/running-deployment";
import type { Root } from "../model/root";
import { VersionClock } from "../model/timestamp";

/** What is to run, and the deployments on the way there. */
export class WantedState {
  readonly deployments = new Map<string, RunningDeployment>();
  readonly clock = new VersionClock();

  constructor(public root: Root) {
    for (const { version } of [...root.specs.values(), ...root.groups.values()]) this.clock.observe(version);
  }

  deploymentsOf(appId: string): RunningDeployment[] {
    return [...this.deployments.values()].filter((deployment) => deployment.affects(appId));
  }
}

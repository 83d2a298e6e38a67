import { ApiError } from "./api-error";
import type { Unversioned } from "./app-definition";
import { appPorts, withServicePorts } from "./ports";

export interface PortRange {
  /** First and last port that is given out. */
  first: number;
  last: number;
}

/**
 * Gives every port of the apps that asks for a service port (0) one that is unique over the cluster: the one the app
 * had before at this position, else the lowest free one.
 * @param apps what is wanted; apps that ask for nothing are returned as they are
 * @param previous the apps before the change
 * @throws ApiError 422 when the range is used up
 */
export function assignServicePorts<App extends Unversioned>(
  apps: readonly App[],
  previous: ReadonlyMap<string, Unversioned>,
  range: PortRange,
): App[] {
  const taken = new Set(apps.flatMap((app) => appPorts(app).map((port) => port.servicePort)));
  const kept = new Map<string, number[]>();
  for (const app of apps.filter(asksForPorts)) {
    const before = previous.get(app.id);
    const old = before ? appPorts(before).map((port) => port.servicePort) : [];
    const reused = appPorts(app).map(({ servicePort }, index) => {
      const candidate = servicePort || old[index] || 0;
      return servicePort === 0 && taken.has(candidate) ? 0 : candidate;
    });
    for (const port of reused) taken.add(port);
    kept.set(app.id, reused);
  }
  let next = range.first;
  const lowestFree = () => {
    while (taken.has(next)) next++;
    if (next > range.last) {
      throw new ApiError(422, `no service port is free from ${range.first} to ${range.last} (--local_port_min, _max)`);
    }
    taken.add(next);
    return next;
  };
  return apps.map((app) => {
    const ports = kept.get(app.id);
    return ports
      ? withServicePorts(
          app,
          ports.map((port) => port || lowestFree()),
        )
      : app;
  });
}

function asksForPorts(app: Unversioned): boolean {
  return appPorts(app).some((port) => port.servicePort === 0);
}

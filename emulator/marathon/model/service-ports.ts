import { ApiError } from "./api-error";
import { appPorts, withServicePorts } from "./ports";
import { isPod, type Unversioned } from "./run-spec";

export interface PortRange {
  /** First and last port that is given out. */
  first: number;
  last: number;
}

/**
 * Gives every port of the apps (pods have none) that asks for a service port (0) one that is unique over the cluster: the one the app
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
  const taken = new Set(apps.flatMap(servicePortsOf));
  const kept = new Map<string, number[]>();
  for (const app of apps.filter(asksForPorts)) {
    const before = previous.get(app.id);
    const old = before ? servicePortsOf(before) : [];
    const reused = servicePortsOf(app).map((servicePort, index) => {
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
    if (ports === undefined || isPod(app)) return app;
    const given = ports.map((port) => port || lowestFree());
    // Only its ports change, so it stays what it was.
    return withServicePorts(app, given) as App;
  });
}

function asksForPorts(app: Unversioned): boolean {
  return servicePortsOf(app).some((port) => port === 0);
}

/** Pods have none. */
function servicePortsOf(spec: Unversioned): number[] {
  return isPod(spec) ? [] : appPorts(spec).map((port) => port.servicePort);
}

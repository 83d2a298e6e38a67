import type { AppDefinition, PortProtocol } from "@drover/lib/marathon/types";
import { isHostNetwork } from "./app-definition";

/** One port of an app, whether by definition (host network) or mapping (container network). */
export interface AppPort {
  /** Port wanted on the agent; 0: any; undefined: none. */
  hostPort: number | undefined;
  /** Port inside the container; 0: the same as on the agent; undefined in host networking. */
  containerPort: number | undefined;
  servicePort: number;
  protocol: PortProtocol;
  name?: string;
  labels: Record<string, string>;
}

type Ported = Pick<AppDefinition, "networks" | "portDefinitions" | "container" | "requirePorts">;

/** The app's ports in the order of their indices. */
export function appPorts(app: Ported): AppPort[] {
  if (isHostNetwork(app.networks)) {
    return (app.portDefinitions ?? []).map(({ port, protocol, name, labels }) => ({
      hostPort: app.requirePorts ? port : 0,
      containerPort: undefined,
      servicePort: port,
      protocol,
      name,
      labels,
    }));
  }
  return (app.container?.portMappings ?? []).map((mapping) => ({
    hostPort: mapping.hostPort,
    containerPort: mapping.containerPort,
    servicePort: mapping.servicePort,
    protocol: mapping.protocol,
    name: mapping.name,
    labels: mapping.labels,
  }));
}

/** The app with other service ports, in the order of its ports. */
export function withServicePorts<T extends Ported>(app: T, servicePorts: readonly number[]): T {
  if (isHostNetwork(app.networks)) {
    const portDefinitions = app.portDefinitions?.map((each, index) => ({
      ...each,
      port: servicePorts[index] ?? each.port,
    }));
    return portDefinitions ? { ...app, portDefinitions } : app;
  }
  const portMappings = app.container?.portMappings?.map((each, index) => ({
    ...each,
    servicePort: servicePorts[index] ?? each.servicePort,
  }));
  return app.container && portMappings ? { ...app, container: { ...app.container, portMappings } } : app;
}

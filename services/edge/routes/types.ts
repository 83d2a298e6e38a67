export type Mode = "http" | "tcp";

/** One task behind a port. */
export interface Server {
  /** The task id: unique for ever, so HAProxy never mistakes one task for another. */
  name: string;
  address: string;
  port: number;
}

export interface Backend {
  name: string;
  mode: Mode;
  balance: string;
  servers: Server[];
}

/** Everything the proxy does for one app. */
export interface AppRoutes {
  appId: string;
  backends: Backend[];
  /** Requests for a host name go to a backend in http mode. */
  hosts: { host: string; backend: string }[];
  /** Service ports. */
  ports: { port: number; mode: Mode; backend: string }[];
}

/** Why an app, or a part of it, is not served as asked. */
export interface Problem {
  appId: string;
  message: string;
}

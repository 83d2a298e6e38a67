/** Where a closed network gets from outside what it needs. */
export interface Mirrors {
  /** URL of a mirror of Docker's public registry. */
  registryMirror?: string;
  /** URL of a mirror of the Debian archive. */
  aptMirror?: string;
  /** URL of an HTTP proxy. */
  httpProxy?: string;
  /** What is reached without the proxy, beside this machine and the cloud's own services: networks and domains. */
  noProxy?: readonly string[];
}

/** This machine, and the addresses at which clouds serve metadata and their own resolver and agents. */
const neverProxied = ["localhost", "127.0.0.1", "169.254.169.254", "168.63.129.16"];

/** The variables by which programs know the proxy; none without one. */
export function proxyVariables({ httpProxy, noProxy = [] }: Mirrors): Record<string, string> {
  if (!httpProxy) return {};
  return { HTTP_PROXY: httpProxy, HTTPS_PROXY: httpProxy, NO_PROXY: [...neverProxied, ...noProxy].join(",") };
}

/** cloud-init's `apt` section; nothing when neither a mirror nor a proxy is set. */
export function aptConfig({ aptMirror, httpProxy }: Mirrors): { apt?: object } {
  if (!aptMirror && !httpProxy) return {};
  const everywhere = (uri: string) => [{ arches: ["default"], uri }];
  return {
    apt: {
      ...(aptMirror && {
        primary: everywhere(aptMirror),
        security: everywhere(`${aptMirror.replace(/\/$/, "")}-security`),
      }),
      ...(httpProxy && { http_proxy: httpProxy, https_proxy: httpProxy }),
    },
  };
}

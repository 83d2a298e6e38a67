import type { Environment } from "../stacks/environment";
import type { Mirrors } from "../templates/cloud-init/mirrors";

/** Where an environment's machines and services get from outside what they need. */
export function mirrorsOf({ registryMirror, aptMirror, httpProxy, subnet, domain }: Environment): Mirrors {
  return { registryMirror, aptMirror, httpProxy, noProxy: [subnet.cidr, `.${domain}`, ".mesos"] };
}

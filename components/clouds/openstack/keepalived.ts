import { frontDoorAddress } from "../../../stacks/addresses";
import type { Environment, PlannedCore } from "../../../stacks/environment";
import { self } from "../../../templates/cloud-init/self";
import { renderCheckScript, renderKeepalivedConf } from "../../../templates/keepalived/keepalived-conf";
import type { MachineParts } from "../cloud";

const checkScript = "/usr/local/sbin/drover-front-proxy-healthy";

/** The first machine's priority; each further one has one less, and an unhealthy one 100 less. */
const highestPriority = 200;

/** What a core machine needs to hold the front door's address in turn with the others. */
export function keepalivedParts(machine: PlannedCore, environment: Environment): MachineParts {
  const conf = renderKeepalivedConf(
    {
      address: machine.address,
      peers: environment.core.map(({ address }) => address).filter((address) => address !== machine.address),
      virtualAddress: frontDoorAddress(environment.subnet),
      priority: highestPriority - machine.id,
      interface: self.interface,
    },
    checkScript,
  );
  return {
    packages: ["keepalived"],
    files: [
      { path: "/etc/keepalived/keepalived.conf", content: conf, permissions: "0600" },
      { path: checkScript, content: renderCheckScript(machine.address), permissions: "0755" },
    ],
  };
}

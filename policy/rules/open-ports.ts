import { isWorld, openingsOf } from "../model/opening";
import type { ResourceRule } from "../rule";

/** Everything else is reached through the front door, or through the bastion from listed networks. */
export const openPorts: ResourceRule = {
  name: "open-ports",
  description: "Nothing but the front door's ports is open to the world.",
  level: "mandatory",
  resource(resource, { environment }) {
    const allowed = environment.policy.openPorts;
    return openingsOf(resource).flatMap(({ name, from, to, sources }) => {
      const world = sources.find(isWorld);
      const fits = from === to && allowed.includes(from);
      if (world === undefined || fits) return [];
      const ports = from === to ? `port ${from}` : `ports ${from} to ${to}`;
      return [
        `${name} opens ${ports} to ${world}: only ${allowed.join(", ")} may be open to the world; name the networks that need it`,
      ];
    });
  },
};

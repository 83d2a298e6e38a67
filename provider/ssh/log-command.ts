import type { SshTarget } from "./connection";

/** The command that shows the log of a core service, which is a container of its own. */
export function coreLog({ stack, hostname }: Pick<SshTarget, "stack" | "hostname">, container: string): string {
  return `npm run ssh -- ${stack}/${hostname} docker logs --tail 50 ${container}`;
}

/** The same for a slave's service: a unit, whose container is gone as soon as it fails. */
export function slaveLog({ stack, hostname }: Pick<SshTarget, "stack" | "hostname">, unit: string): string {
  return `npm run ssh -- ${stack}/${hostname} sudo journalctl -n 50 -u ${unit}`;
}

import { Readable } from "node:stream";
import type { Progress } from "../server/progress";
import type { ResourceHandler } from "../server/resource";
import type { SshTarget } from "../ssh/connection";
import { reach } from "../ssh/reach";
import { shellCommand } from "../ssh/shell";

export interface MachineFilesInputs {
  machine: SshTarget;
  /** Changes when the machine was made again. */
  machineId: string;
  /** Content by path. Secret: root's alone on the machine, and in no command line on the way. */
  files: Record<string, string>;
  /** The systemd unit that reads them: started again, since it reads them when it starts. */
  unit: string;
  /** How long to wait for the machine. */
  timeoutSeconds: number;
}

/** Cloud-init has made the unit by the time that it has gone through its modules. */
const booted = { command: "cloud-init status --wait >/dev/null; test -d /etc/drover", shows: "cloud-init" };

const commandLimitMs = 60_000;

async function bring(inputs: MachineFilesInputs, progress: Progress): Promise<object> {
  const { machine, files, unit, timeoutSeconds } = inputs;
  const connection = await reach(machine, booted, timeoutSeconds, progress);
  try {
    for (const [path, content] of Object.entries(files)) {
      const place = shellCommand(["sudo", "install", "-D", "-m", "0600", "/dev/stdin", path]);
      await connection.exec(place, commandLimitMs, Readable.from([content]));
    }
    // It may take the time that its image needs to be pulled: nobody waits for that here.
    await connection.exec(shellCommand(["sudo", "systemctl", "restart", "--no-block", unit]), commandLimitMs);
  } finally {
    connection.close();
  }
  return {};
}

/** Secrets on a machine. They go with it: to remove them alone leaves them there, unused. */
export const machineFiles: ResourceHandler<MachineFilesInputs, object> = {
  changed: (olds, news) =>
    olds.machineId !== news.machineId ||
    olds.unit !== news.unit ||
    JSON.stringify(olds.files) !== JSON.stringify(news.files),
  create: bring,
  update: (_olds, news, progress) => bring(news, progress),
};

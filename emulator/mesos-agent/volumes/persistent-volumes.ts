import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { isAbsolute, join, normalize, resolve } from "node:path";
import type { Resource } from "@drover/lib/mesos/types";
import { LaunchError } from "../launch-error";
import { reservationRole } from "../resources/amounts";

/** A volume as a container sees it. */
export interface MountedVolume {
  /** Where the data is on the host. */
  directory: string;
  /** Relative to the sandbox. */
  containerPath: string;
  readOnly: boolean;
}

/** The directories behind persistent volumes. */
export class PersistentVolumes {
  constructor(private readonly workDir: string) {}

  /** Makes the directories of volumes; those that are there keep their data. @throws Error of the file system */
  create(resources: readonly Resource[]): void {
    for (const directory of this.directories(resources)) {
      mkdirSync(directory, { recursive: true });
    }
  }

  /** Removes the data of volumes that are in `before` and not in `after`. @throws Error of the file system */
  removeMissing(before: readonly Resource[], after: readonly Resource[]): void {
    const kept = new Set(this.directories(after));
    const gone = before.filter((resource) => isVolume(resource) && !kept.has(this.directoryOf(resource)));
    for (const resource of gone) {
      const directory = this.directoryOf(resource);
      if (resource.disk?.source?.type === "MOUNT") {
        // The directory is a mount point of the machine: only its content goes.
        for (const name of readdirSync(directory)) {
          rmSync(join(directory, name), { recursive: true, force: true });
        }
      } else {
        rmSync(directory, { recursive: true, force: true });
      }
    }
  }

  /**
   * The volumes among the resources of a task or an executor.
   * @throws LaunchError for a container path outside the sandbox
   */
  mountsOf(resources: readonly Resource[]): MountedVolume[] {
    return resources.filter(isVolume).map((resource) => {
      const volume = resource.disk?.volume;
      const containerPath = normalize(volume?.container_path ?? "");
      if (isAbsolute(containerPath) || /^\.\.?(\/|$)/.test(containerPath)) {
        throw new LaunchError(
          `the persistent volume ${resource.disk?.persistence?.id} needs a container_path inside the sandbox, ` +
            `not '${volume?.container_path ?? ""}'`,
        );
      }
      return { directory: this.directoryOf(resource), containerPath, readOnly: volume?.mode === "RO" };
    });
  }

  private directories(resources: readonly Resource[]): string[] {
    return resources.filter(isVolume).map((resource) => this.directoryOf(resource));
  }

  /** Upstream's place: `volumes/roles/<role>/<id>` below the work directory or the root of a PATH disk. */
  private directoryOf(resource: Resource): string {
    const { persistence, source } = resource.disk ?? {};
    if (source?.type === "MOUNT") {
      return resolve(this.workDir, source.mount?.root ?? "");
    }
    const root = resolve(this.workDir, source?.path?.root ?? "");
    const role = reservationRole(resource).replaceAll("/", " ");
    return join(root, "volumes", "roles", role, persistence?.id ?? "");
  }
}

function isVolume(resource: Resource): boolean {
  return resource.disk?.persistence !== undefined;
}

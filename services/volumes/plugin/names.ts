/** The driver's names: the one that definitions written for REX-Ray use, and our own. */
export const pluginNames = ["rexray", "drover"] as const;

export type PluginName = (typeof pluginNames)[number];

/**
 * Under which of its names the driver shows a volume. Docker asks all drivers for a volume that it does not know, in no
 * order, keeps to the first that has it, and from then on refuses the volume under any other name. So only one may have
 * it: the name by which this slave's Docker has made or mounted it, and `rexray` before that.
 */
export class VolumeOwners {
  private readonly owners = new Map<string, PluginName>();

  /** Docker has made or mounted the volume under this name. */
  claim(volume: string, plugin: PluginName): void {
    this.owners.set(volume, plugin);
  }

  isShown(volume: string, plugin: PluginName): boolean {
    return (this.owners.get(volume) ?? "rexray") === plugin;
  }

  /** The volume is no more. */
  forget(volume: string): void {
    this.owners.delete(volume);
  }
}

import type { ResourceGroup } from "@pulumi/azure-native/resources";
import type * as pulumi from "@pulumi/pulumi";
import type { AzureSettings } from "../../../stacks/cloud-schema";
import type { Environment } from "../../../stacks/environment";
import { resourceName, tagsOf } from "../settings";

/** What every part of the Azure cloud is made with. */
export interface Scope {
  environment: Environment;
  settings: AzureSettings;
  group: ResourceGroup;
  opts: pulumi.CustomResourceOptions;
}

/** Where a resource is, and whose. */
export function placed({ environment, settings, group }: Scope, part: string) {
  return { resourceGroupName: group.name, location: settings.location, tags: tagsOf(environment, part) };
}

/** The id that a part of the stack has or will have in its resource group, for resources that name parts of themselves. */
export function idOf({ environment, group }: Scope, type: string, part: string): pulumi.Output<string> {
  return group.id.apply((id) => `${id}/providers/${type}/${resourceName(environment, part)}`);
}

/** What spans a region's zones names them all; in a region without zones there is nothing to name. */
export function allZones({ zones }: AzureSettings): string[] | undefined {
  return zones.length > 0 ? zones : undefined;
}

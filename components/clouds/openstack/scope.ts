import type * as pulumi from "@pulumi/pulumi";
import type { OpenStackSettings } from "../../../stacks/cloud-schema";
import type { Environment } from "../../../stacks/environment";
import { tagsOf } from "../settings";

/** What every part of the OpenStack cloud is made with. */
export interface Scope {
  environment: Environment;
  settings: OpenStackSettings;
  /** Parent and provider. */
  opts: pulumi.CustomResourceOptions;
}

/** Tags as the networking and load-balancing services know them: words. */
export function tagWords(environment: Environment, part: string): string[] {
  return Object.entries(tagsOf(environment, part)).map(([name, value]) => `${name}=${value}`);
}

import { Instance } from "@pulumi/openstack/compute";
import * as pulumi from "@pulumi/pulumi";

// Nothing but resources: what Pulumi itself costs for as many as the cluster has.
const { resources } = new pulumi.Config().requireObject<{ resources: number }>("bare");
for (let i = 0; i < resources; i++) {
  new Instance(`machine-${i}`, { name: `machine-${i}`, flavorName: "m1.large", imageId: "image" });
}

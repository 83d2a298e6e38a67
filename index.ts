import * as pulumi from "@pulumi/pulumi";
import { cloudOf } from "./components/clouds";
import { Cluster } from "./components/cluster";
import { readLocalSetUp } from "./components/local-set-up";
import { environmentOf } from "./stacks/environment";
import { adminUser } from "./templates/cloud-init/user-data";

const environment = environmentOf(pulumi.getStack(), pulumi.runtime.allConfig());
const local = readLocalSetUp();
const cloud = cloudOf(environment, local);
const cluster = new Cluster(`drover-${environment.name}`, { environment, cloud, local });

export const endpoints = cluster.endpoints();
export const machines = [...cluster.core, ...cluster.slaves.machines].map(
  ({ hostname, role, address, zone, instance }) => ({
    hostname,
    role,
    address,
    zone,
    instance,
  }),
);
export const slaves = cluster.slaves.number;
export const bastion = cluster.bastion;
export const frontDoorAddress = pulumi.output(cluster.door.address);
export const zookeeper = cluster.zooKeeper();
export const dnsServers = cluster.core.map(({ address }) => address);
export const credentials = pulumi.secret({ username: cluster.identity.username, password: cluster.identity.password });
export const caCertificate = cluster.identity.caCertificate;
export const ssh = pulumi.secret({
  user: adminUser,
  privateKey: cluster.identity.sshPrivateKey,
  ...(cluster.bastion && { bastion: cluster.bastion }),
});

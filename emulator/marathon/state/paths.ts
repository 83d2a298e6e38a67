import { createHash } from "node:crypto";

/** So many folders share the apps, and so many the instances: no listing grows too large for one answer. */
const buckets = 16;

export const bucketNames = Array.from({ length: buckets }, (_, index) => index.toString(16));

/** Where everything lies below `<zk path>/state`. The layout is Marathon's own business. */
export class StatePaths {
  constructor(private readonly root: string) {}

  /** What has to be there before anything is stored: first these, one after the other, then the buckets. */
  parents = () => [
    this.framework(),
    this.groups(),
    this.deployments(),
    this.history(),
    ...["apps", "instances", "failures"].map((folder) => `${this.root}/${folder}`),
  ];

  buckets = () =>
    bucketNames.flatMap((bucket) => [this.appsIn(bucket), this.instancesIn(bucket), this.failuresIn(bucket)]);

  framework = () => `${this.root}/framework`;
  groups = () => `${this.root}/groups`;
  group = (id: string) => `${this.groups()}/${encodeURIComponent(id)}`;
  deployments = () => `${this.root}/deployments`;
  deployment = (id: string) => `${this.deployments()}/${id}`;
  history = () => `${this.root}/history`;
  historyRecord = (version: string) => `${this.history()}/${version}`;
  runtime = () => `${this.root}/runtime`;
  appsIn = (bucket: string) => `${this.root}/apps/${bucket}`;
  app = (id: string) => `${this.appsIn(bucketOf(id))}/${encodeURIComponent(id)}`;
  appVersion = (id: string, version: string) => `${this.app(id)}/${version}`;
  instancesIn = (bucket: string) => `${this.root}/instances/${bucket}`;
  instance = (id: string) => `${this.instancesIn(bucketOf(id))}/${id}`;
  failuresIn = (bucket: string) => `${this.root}/failures/${bucket}`;
  failure = (appId: string) => `${this.failuresIn(bucketOf(appId))}/${encodeURIComponent(appId)}`;
}

function bucketOf(id: string): string {
  return bucketNames[(createHash("sha1").update(id).digest()[0] ?? 0) % buckets] ?? "0";
}

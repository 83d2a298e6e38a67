import { ACL, Id, Permission } from "node-zookeeper-client";

/**
 * What Mesos and Marathon put on every node: open without credentials; with digest credentials everybody reads and
 * the creator has all rights.
 */
export function nodeAcl(hasCredentials: boolean): ACL[] {
  if (!hasCredentials) {
    return [new ACL(Permission.ALL, new Id("world", "anyone"))];
  }
  return [new ACL(Permission.READ, new Id("world", "anyone")), new ACL(Permission.ALL, new Id("auth", ""))];
}

/**
 * When a slave that cannot reach ZooKeeper gives up its volumes, as parts of the session time-out T. ZooKeeper ends a
 * session T after the last request that reached it, never earlier than T after the last one that was *answered*, counted
 * from when it was sent. Until then nobody else can take the lease; so all must be over before:
 *
 *     0       0.6 T                      0.8 T                     T
 *     last    stop containers, unmount   cut what still writes     the lease may be taken
 *     answer
 */
export const fenceAfter = 0.6;
export const cutAfter = 0.8;

/** How often the session is asked, so that one lost answer does not matter. */
export const beatEvery = 0.1;

/** What has to happen when ZooKeeper last answered a request that was sent `silentMs` ago. */
export function stepAt(silentMs: number, sessionTimeoutMs: number): "hold" | "fence" | "cut" {
  if (silentMs >= cutAfter * sessionTimeoutMs) return "cut";
  return silentMs >= fenceAfter * sessionTimeoutMs ? "fence" : "hold";
}

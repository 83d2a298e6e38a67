/** The volume on the Docker engine that is the data disk of a local machine. */
export function dataDisk(stack: string, hostname: string): string {
  return `drover-${stack}-${hostname}-data`;
}

/** The volume on the Docker engine that all block volumes of a local cluster are in. */
export function blockStore(stack: string): string {
  return `drover-${stack}-block-store`;
}

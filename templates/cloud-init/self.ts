/**
 * Words that stand for what a machine learns only when it boots, because its scale set makes all members from the same
 * user data. The boot script puts the machine's own values in their place.
 */
export const self = { hostname: "@HOSTNAME@", address: "@ADDRESS@", zone: "@ZONE@", interface: "@INTERFACE@" };

const words = Object.values(self);

/** Paths of the files in which such a word stands. */
export function ownFiles(files: readonly { path: string; content: string }[]): string[] {
  return files.filter(({ content }) => words.some((word) => content.includes(word))).map(({ path }) => path);
}

/** Asks Azure's metadata service, the one cloud here with scale sets; elsewhere no member has to ask. */
const zoneProgram = `import urllib.request as r
q = r.Request("http://169.254.169.254/metadata/instance/compute/zone?api-version=2021-02-01&format=text", headers={"Metadata": "true"})
print(r.build_opener(r.ProxyHandler({})).open(q, timeout=5).read().decode() or "none")`;

/**
 * Shell lines that put the machine's own values into files. The address is the one that others in the cluster see.
 * @param files paths from {@link ownFiles}; without any there is nothing to do
 * @param neighbour an address in the cluster
 */
export function renderSelfLines(files: readonly string[], neighbour: string): string {
  if (files.length === 0) return "";
  const paths = files.join(" ");
  return `route=$(ip -4 -o route get ${neighbour})
address=$(echo "$route" | sed 's/.* src \\([0-9.]*\\).*/\\1/')
interface=$(echo "$route" | sed 's/.* dev \\([^ ]*\\).*/\\1/')
zone=
if grep -q ${self.zone} ${paths}; then zone=$(python3 -c '${zoneProgram}'); fi
sed -i "s/${self.hostname}/$(hostname)/g; s/${self.address}/$address/g; s/${self.zone}/$zone/g; s/${self.interface}/$interface/g" ${paths}
`;
}

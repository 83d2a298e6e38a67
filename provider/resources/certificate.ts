import { issueMemberCertificate } from "../pki/certificates";
import type { ResourceHandler } from "../server/resource";

export interface CertificateInputs {
  /** The authority that signs: the cluster's own. */
  caCertificate: string;
  caKey: string;
  /** What the holder is known by. */
  commonName: string;
}

export interface CertificateOutputs {
  /** PEM. */
  certificate: string;
  /** PEM, PKCS #8. */
  key: string;
}

async function issue({ caCertificate, caKey, commonName }: CertificateInputs): Promise<CertificateOutputs> {
  const { certificate, key } = await issueMemberCertificate({ caCertificate, caKey }, commonName);
  return { certificate, key };
}

/** A certificate by which members of the cluster know each other; another authority or name gives another one. */
export const certificate: ResourceHandler<CertificateInputs, CertificateOutputs> = {
  changed: (olds, news) => olds.caCertificate !== news.caCertificate || olds.commonName !== news.commonName,
  create: issue,
  update: (_olds, news) => issue(news),
};

import "reflect-metadata";
import { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

/** The cluster's certificate authority, PEM. */
export interface Authority {
  caCertificate: string;
  /** PKCS #8. */
  caKey: string;
}

/** The front door's certificate, PEM. */
export interface ServerCertificate {
  serverCertificate: string;
  /** PKCS #8. */
  serverKey: string;
  /** ISO 8601. */
  serverNotAfter: string;
}

const dayMs = 24 * 3600 * 1000;
const authorityDays = 3650;
/** The longest that browsers accept for a server certificate. */
const serverDays = 397;
/** Clocks of a user's machine may be behind. */
const backdateMs = 3600 * 1000;

const curve = { name: "ECDSA", namedCurve: "P-256" } as const;
const signing = { name: "ECDSA", hash: "SHA-256" } as const;
x509.cryptoProvider.set(webcrypto as unknown as typeof globalThis.crypto);

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY");
}

/** 20 random octets with the first bit clear: RFC 5280 wants positive serial numbers of at most 20 octets. */
function serialNumber(): string {
  const octets = webcrypto.getRandomValues(new Uint8Array(20));
  octets[0] = ((octets[0] ?? 0) & 0x7f) | 1;
  return Buffer.from(octets).toString("hex");
}

/** A distinguished name's value with RFC 4514's special characters escaped. */
function nameValue(text: string): string {
  return text.replace(/[,+"\\<>;=#]/g, "\\$&");
}

/** Makes a certificate authority for one cluster. */
export async function makeAuthority(cluster: string): Promise<Authority> {
  const keys = await webcrypto.subtle.generateKey(curve, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: `CN=${nameValue(`Drover ${cluster}`)}`,
    notBefore: new Date(Date.now() - backdateMs),
    notAfter: new Date(Date.now() + authorityDays * dayMs),
    signingAlgorithm: signing,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { caCertificate: certificate.toString("pem"), caKey: await exportKey(keys.privateKey) };
}

/** A certificate that the authority has signed, and its key: PEM. */
export interface Issued {
  certificate: string;
  /** PKCS #8. */
  key: string;
  notAfter: Date;
}

/** Issues a certificate. Without a number of days it lives as long as the authority. */
async function issue(
  authority: Authority,
  commonName: string,
  usages: x509.ExtendedKeyUsage[],
  { days = authorityDays, names = [] }: { days?: number; names?: string[] } = {},
): Promise<Issued> {
  const issuer = new x509.X509Certificate(authority.caCertificate);
  const der = x509.PemConverter.decode(authority.caKey)[0];
  if (!der)
    throw new Error("the state holds no usable key of the certificate authority; destroy the stack and make it again");
  const signingKey = await webcrypto.subtle.importKey("pkcs8", der, curve, false, ["sign"]);
  const keys = await webcrypto.subtle.generateKey(curve, true, ["sign", "verify"]);
  const notAfter = new Date(Math.min(Date.now() + days * dayMs, issuer.notAfter.getTime()));
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: `CN=${nameValue(commonName).slice(0, 64)}`,
    issuer: issuer.subject,
    notBefore: new Date(Date.now() - backdateMs),
    notAfter,
    signingAlgorithm: signing,
    publicKey: keys.publicKey,
    signingKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension(usages),
      ...(names.length > 0
        ? [new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: "dns", value })))]
        : []),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  });
  return { certificate: certificate.toString("pem"), key: await exportKey(keys.privateKey), notAfter };
}

/** Issues a certificate for `domain` and every name directly below it. */
export async function issueServerCertificate(authority: Authority, domain: string): Promise<ServerCertificate> {
  const usages = [x509.ExtendedKeyUsage.serverAuth];
  const issued = await issue(authority, domain, usages, { days: serverDays, names: [domain, `*.${domain}`] });
  return {
    serverCertificate: issued.certificate,
    serverKey: issued.key,
    serverNotAfter: issued.notAfter.toISOString(),
  };
}

/** Issues a certificate by which members of the cluster know each other. It lives as long as the authority. */
export function issueMemberCertificate(authority: Authority, commonName: string): Promise<Issued> {
  return issue(authority, commonName, [x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]);
}

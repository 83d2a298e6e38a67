import { randomInt } from "node:crypto";
import { utils } from "ssh2";
import { type Authority, issueServerCertificate, makeAuthority, type ServerCertificate } from "../pki/certificates";
import type { ResourceHandler } from "../server/resource";

export interface IdentityInputs {
  /** Name of the cluster, for the certificates' subjects. */
  cluster: string;
  /** The front door's certificate is for this domain and every name directly below it. */
  domain: string;
}

export interface IdentityOutputs extends Authority, ServerCertificate {
  sshPublicKey: string;
  sshPrivateKey: string;
  username: string;
  password: string;
}

/** A certificate is issued again when it has this long to live. */
const renewBeforeMs = 30 * 24 * 3600 * 1000;

const passwordAlphabet = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/** 24 of 57 characters: 139 bits, beyond guessing, so that a plain digest of it may be kept by the front proxies. */
const passwordLength = 24;

function makePassword(): string {
  return Array.from({ length: passwordLength }, () => passwordAlphabet[randomInt(passwordAlphabet.length)]).join("");
}

/**
 * All that a cluster's secrets hang on: certificate authority, the front door's certificate, SSH key, password. Made
 * once and kept in the state; a changed domain or a certificate near its end gives a new certificate, nothing else.
 */
export const identity: ResourceHandler<IdentityInputs, IdentityOutputs> = {
  changed: (olds, news) => olds.domain !== news.domain || Date.parse(olds.serverNotAfter) - Date.now() < renewBeforeMs,
  async create({ cluster, domain }) {
    const authority = await makeAuthority(cluster);
    const certificate = await issueServerCertificate(authority, domain);
    const ssh = utils.generateKeyPairSync("ed25519", { comment: cluster });
    return {
      ...authority,
      ...certificate,
      sshPublicKey: ssh.public.trim(),
      sshPrivateKey: ssh.private,
      username: "admin",
      password: makePassword(),
    };
  },
  async update(olds, news) {
    return { ...olds, ...(await issueServerCertificate(olds, news.domain)) };
  },
};

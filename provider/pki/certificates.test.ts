import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer } from "node:tls";
import { expect, it } from "vitest";
import { issueServerCertificate, makeAuthority } from "./certificates";

it("makes a certificate that TLS accepts for the domain and its names, and for nothing else", async () => {
  const authority = await makeAuthority("a, strange=name");
  const server = await issueServerCertificate(authority, "drover.localhost");
  const certificate = new X509Certificate(server.serverCertificate);
  expect(certificate.verify(new X509Certificate(authority.caCertificate).publicKey)).toBe(true);
  expect(certificate.checkHost("marathon.drover.localhost")).toBeDefined();
  expect(certificate.checkHost("drover.localhost")).toBeDefined();
  expect(certificate.checkHost("example.org")).toBeUndefined();
  expect(certificate.ca).toBe(false);

  const listener = createServer({ cert: server.serverCertificate, key: server.serverKey }, (socket) =>
    socket.end("hello"),
  );
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address() as AddressInfo;
  const socket = connect({ port, host: "127.0.0.1", servername: "app.drover.localhost", ca: authority.caCertificate });
  await once(socket, "secureConnect");
  expect(socket.authorized).toBe(true);
  socket.destroy();
  listener.close();
});

it("gives a new certificate under the same authority when it is issued again", async () => {
  const authority = await makeAuthority("cluster");
  const [first, second] = await Promise.all(
    ["a.test", "b.test"].map((domain) => issueServerCertificate(authority, domain)),
  );
  const issuer = new X509Certificate(authority.caCertificate);
  for (const { serverCertificate = "" } of [first, second].filter((made) => made !== undefined)) {
    expect(new X509Certificate(serverCertificate).checkIssued(issuer)).toBe(true);
  }
  expect(first?.serverKey).not.toBe(second?.serverKey);
});

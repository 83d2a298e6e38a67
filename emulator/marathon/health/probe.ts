import http from "node:http";
import https from "node:https";
import net from "node:net";

export interface HttpAnswer {
  status: number;
  contentType: string;
  /** At most the first 16 KB. */
  body: string;
}

const bodyLimit = 16 * 1024;

/** Asks a URL once. Certificates are not verified: a task's is seldom made for its agent's name. Rejects without an answer. */
export function askHttp(url: string, timeoutMs: number): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const secure = url.startsWith("https:");
    const options = { headers: { accept: "*/*", "user-agent": "Marathon", connection: "close" } };
    const request = secure
      ? https.get(url, { ...options, rejectUnauthorized: false, agent: false })
      : http.get(url, { ...options, agent: false });
    const timer = setTimeout(() => request.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    const end = (settle: () => void) => {
      clearTimeout(timer);
      settle();
    };
    request.on("error", (error) => end(() => reject(error)));
    request.on("response", (answer) => {
      let body = "";
      answer.setEncoding("utf8");
      answer.on("data", (text: string) => {
        body = (body + text).slice(0, bodyLimit);
      });
      answer.on("error", (error) => end(() => reject(error)));
      answer.on("end", () => {
        const { statusCode: status = 0, headers } = answer;
        end(() => resolve({ status, contentType: headers["content-type"] ?? "text/plain", body }));
      });
    });
  });
}

/** Opens a connection and closes it again. Rejects when that fails. */
export function askTcp(host: string, port: number, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host, port });
    const timer = setTimeout(() => socket.destroy(new Error(`no connection within ${timeoutMs} ms`)), timeoutMs);
    socket.on("close", () => clearTimeout(timer));
    socket.on("error", reject);
    socket.on("connect", () => {
      socket.destroy();
      resolve();
    });
  });
}

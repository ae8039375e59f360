// Runs a function as Open Runtimes does: loads its entry by `require`, gives it `{req, res, log, error}` for each
// request, and sends its answer. Says on which port; the function's log goes to standard error.

import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";

const [folder, entry = "main.js"] = process.argv.slice(2);
const require = createRequire(import.meta.url);

const server = createServer(async (incoming, outgoing) => {
  try {
    const chunks = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const output = await execute(request(incoming, Buffer.concat(chunks)));
    for (const [name, value] of Object.entries(output.headers ?? {})) outgoing.setHeader(name.toLowerCase(), value);
    const type = String(outgoing.getHeader("content-type") ?? "text/plain");
    if (!type.includes("charset=")) outgoing.setHeader("content-type", `${type.toLowerCase()}; charset=utf-8`);
    outgoing.statusCode = output.statusCode ?? 200;
    outgoing.end(output.body ?? "");
  } catch (error) {
    // A function that throws is a function that failed: no more is said to the caller.
    console.error(error);
    outgoing.statusCode = 500;
    outgoing.end();
  }
});

function request(incoming, bodyBinary) {
  const [path, queryString = ""] = incoming.url.split("?");
  const [host, port = "80"] = incoming.headers.host.split(":");
  const scheme = incoming.headers["x-forwarded-proto"] ?? "http";
  const query = Object.fromEntries(
    queryString.split("&").filter(Boolean).map((pair) => {
      const [name, ...value] = pair.split("=");
      return [name, value.join("=")];
    }),
  );
  return {
    get body() {
      const json = (incoming.headers["content-type"] ?? "").startsWith("application/json");
      return json ? (bodyBinary.length > 0 ? this.bodyJson : {}) : this.bodyText;
    },
    get bodyRaw() {
      return this.bodyText;
    },
    get bodyText() {
      return bodyBinary.toString();
    },
    get bodyJson() {
      return JSON.parse(this.bodyText);
    },
    bodyBinary,
    headers: { ...incoming.headers },
    method: incoming.method,
    host,
    port: Number(port),
    scheme,
    path,
    query,
    queryString,
    url: `${scheme}://${incoming.headers.host}${incoming.url}`,
  };
}

async function execute(req) {
  const res = {
    binary: (body, statusCode = 200, headers = {}) => ({ body, statusCode, headers }),
    text: (body, statusCode, headers) => res.binary(Buffer.from(body, "utf8"), statusCode, headers),
    send: (body, statusCode, headers) => res.text(body, statusCode, headers),
    json: (value, statusCode, headers = {}) =>
      res.text(JSON.stringify(value), statusCode, { ...headers, "content-type": "application/json" }),
    empty: () => res.text("", 204),
    redirect: (url, statusCode = 301, headers = {}) => res.text("", statusCode, { ...headers, location: url }),
  };
  const loaded = require(join(folder, entry));
  const output = await (loaded.default ?? loaded)({ req, res, log: console.error, error: console.error });
  if (output === undefined || output === null) throw new Error("Return statement missing.");
  return output;
}

// The process that started it went: so does it.
process.stdin.resume().on("end", () => process.exit());
server.listen(0, "127.0.0.1", () => console.log(server.address().port));

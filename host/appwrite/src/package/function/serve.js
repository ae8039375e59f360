// One execution: Appwrite's call as a request to the component, and its answer as Appwrite takes it.

import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { env } from "node:process";
import { setTimeout } from "node:timers/promises";

import { Instances } from "./instances.js";
import { Refusal } from "./refusal.js";

/** What the manifest says of this component: its variables, its job, how long it may take. */
const settings = JSON.parse(readFileSync(new URL("./settings.json", import.meta.url), "utf8"));

const VARIABLE = "WHISPER_VARIABLE_";

/** The component's variables: those of the manifest, unless the function's variables say otherwise. */
function variables() {
  const found = {};
  for (const [name, value] of Object.entries(settings.variables)) {
    found[VARIABLE + name.toUpperCase()] = value;
  }
  found[`${VARIABLE}APPWRITE_ENDPOINT`] = env.APPWRITE_FUNCTION_API_ENDPOINT ?? "";
  found[`${VARIABLE}APPWRITE_PROJECT`] = env.APPWRITE_FUNCTION_PROJECT_ID ?? "";
  for (const [name, value] of Object.entries(env)) {
    if (name.startsWith(VARIABLE)) found[name] = value;
  }
  // The key is the call's. The other values that depend on where it runs are not to be set.
  found[`${VARIABLE}HOST`] = "appwrite";
  found[`${VARIABLE}STORE`] = "appwrite";
  // A random key, which isn't shown: with it the schedule is let in, and operators' routes stay closed until the
  // variable is set.
  found[`${VARIABLE}OPERATOR_KEY`] ||= randomBytes(32).toString("base64url");
  return found;
}

const environment = variables();
const instances = new Instances(environment, settings.timeout);

/** Headers that are about a connection, or that only a host of components may set. */
const DROPPED =
  /^(?:connection|content-length|expect|host|http2-settings|keep-alive|proxy-.*|spin-.*|te|trailer|transfer-encoding|upgrade)$/;

/** Where Spin tells that another component of the application calls. */
const COMPONENT = "0.0.0.0:0";

export async function serve({ req, res, error }) {
  try {
    const answer = await answered(request(req));
    return res.binary(answer.body, answer.status, grouped(answer.headers));
  } catch (cause) {
    if (!(cause instanceof Refusal)) throw cause;
    if (cause.log) error(cause.log);
    return res.binary(Buffer.from(JSON.stringify(cause.document)), cause.document.status, {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
    });
  }
}

/** Calls of the job in one execution. */
const MOST_CALLS = 4;

/**
 * The component's answer. A job that is under way elsewhere may have been cut off there, and the schedule may be a day's: so it
 * is called again when that run's lease is over.
 */
async function answered(call) {
  for (let calls = 1; ; calls += 1) {
    const answer = await instances.call(call);
    const seconds = call.comesBack && calls < MOST_CALLS ? again(answer.body) : undefined;
    if (seconds === undefined) return answer;
    await setTimeout(seconds * 1000);
  }
}

/** Seconds after which a job says that it is to be called again. */
function again(body) {
  try {
    return JSON.parse(Buffer.from(body).toString()).againInSeconds;
  } catch {
    return undefined;
  }
}

/**
 * The trigger of an execution. A call from outside has its client's address, which Appwrite sets and nobody can leave
 * out; an execution that a user has put off says "schedule" too, but comes with that user's address.
 */
function trigger(headers) {
  if (headers["x-appwrite-client-ip"] !== undefined) return "http";
  return headers["x-appwrite-trigger"];
}

function request(req) {
  const own = { "content-type": "application/json", "x-appwrite-key": req.headers["x-appwrite-key"] ?? "" };
  switch (trigger(req.headers)) {
    case "schedule": {
      if (!settings.job) throw new Refusal(404, "route_not_found", "No such route", "This function has no schedule.");
      const operator = `Bearer ${environment[`${VARIABLE}OPERATOR_KEY`]}`;
      const headers = Object.entries({ ...own, authorization: operator });
      return { method: "POST", target: settings.job, headers, body: Buffer.alloc(0), comesBack: true };
    }
    case "event": {
      const headers = Object.entries({ ...own, "spin-client-addr": COMPONENT });
      return { method: "POST", target: "/internal/events", headers, body: told(req) };
    }
    default: {
      const headers = Object.entries(req.headers).filter(([name]) => !DROPPED.test(name));
      headers.push(["spin-client-addr", req.headers["x-appwrite-client-ip"] ?? ""]);
      const path = req.path.startsWith("/") ? req.path : `/${req.path}`;
      const target = req.queryString ? `${path}?${req.queryString}` : path;
      return { method: req.method, target, headers, body: req.bodyBinary };
    }
  }
}

/**
 * The document of an event of a new user, who stands nowhere but here; nothing of an event of a row, which stands in the
 * store. The names of events are spelled in two ways: databases.D.tables.T.rows.R.create and
 * databases.D.collections.T.documents.R.create.
 */
function told(req) {
  const event = req.headers["x-appwrite-event"] ?? "";
  return /^users\.[^.]+\.create$/.test(event) ? req.bodyBinary : Buffer.alloc(0);
}

/** Headers with all their values: one as it is, several as a list. */
function grouped(entries) {
  const headers = {};
  for (const [name, value] of entries) {
    // The runtime counts the bytes itself.
    if (name === "content-length") continue;
    const before = headers[name];
    headers[name] = before === undefined ? value : [before, value].flat();
  }
  return headers;
}

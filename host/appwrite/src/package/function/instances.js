// Instances of the component. Each serves one call at a time: none of jco's versions so far reliably wakes the tasks
// of several calls in an instance that they share. After many calls, or when it stopped, an instance goes, and a
// new one takes a few milliseconds.

import { readFile } from "node:fs/promises";

import { types } from "@bytecodealliance/preview3-shim/http";
import { FutureReader } from "@bytecodealliance/preview3-shim/future";
import { StreamReader } from "@bytecodealliance/preview3-shim/stream";

import { instantiate } from "./component/component.js";
import { Refusal } from "./refusal.js";
import { imports } from "./wasi.js";

/** Calls that an instance serves. The state that jco keeps of each goes with the instance, and with nothing else. */
const MOST_CALLS = 32;
/** Instances at work at the same time; a call that comes when all of them are waits for one. */
const MOST_AT_WORK = 16;
/** How much of an answer is read at once, in bytes. */
const CHUNK = 64 * 1024;

export class Instances {
  #environment;
  #timeout;
  #modules = new Map();
  #idle = [];
  #atWork = 0;
  #waiting = [];

  /** `timeout`: seconds that Appwrite gives an execution. */
  constructor(environment, timeout) {
    this.#environment = environment;
    this.#timeout = timeout * 1000;
  }

  /** The component's answer: status, headers, body. */
  async call(request) {
    const { promise: late, reject } = Promise.withResolvers();
    // A little before Appwrite gives up, whose answer would say nothing.
    const timer = setTimeout(() => reject(tooLate()), this.#timeout - 500);
    try {
      return await this.#inTurn(() => this.#serve(request, late), late);
    } catch (cause) {
      throw cause instanceof Refusal ? cause : stopped(cause);
    } finally {
      clearTimeout(timer);
    }
  }

  async #inTurn(work, late) {
    if (this.#atWork >= MOST_AT_WORK) {
      const { promise, resolve } = Promise.withResolvers();
      this.#waiting.push(resolve);
      try {
        await Promise.race([promise, late]);
      } catch (cause) {
        // A turn that comes after this call has given up goes to the next call.
        promise.then(() => this.#next());
        throw cause;
      }
    } else {
      this.#atWork += 1;
    }
    try {
      return await work();
    } finally {
      this.#next();
    }
  }

  /** Gives a turn that is over to the call that has waited longest. */
  #next() {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#atWork -= 1;
  }

  async #serve(request, late) {
    const used = this.#idle.pop();
    try {
      return await this.#exchange(used ?? (await this.#make()), request, late);
    } catch (cause) {
      // It stopped after its last answer, so this call hasn't begun.
      if (!used || !isStopped(cause)) throw cause;
      return await this.#exchange(await this.#make(), request, late);
    }
  }

  async #exchange(instance, request, late) {
    instance.calls += 1;
    const answer = await Promise.race([exchange(instance.handler, request), late]);
    if (instance.calls < MOST_CALLS) this.#idle.push(instance);
    return answer;
  }

  async #make() {
    const module = (name) => {
      const known = this.#modules.get(name) ?? compile(name);
      this.#modules.set(name, known);
      return known;
    };
    const made = await instantiate(module, imports(this.#environment));
    return { calls: 0, handler: made["wasi:http/handler@0.3.0"] };
  }
}

/** Whether an instance refused the call, as it had stopped before. */
function isStopped(cause) {
  return cause instanceof WebAssembly.RuntimeError && cause.message.includes("cannot enter component instance");
}

async function compile(name) {
  return WebAssembly.compile(await readFile(new URL(`./component/${name}`, import.meta.url)));
}

async function exchange(handler, request) {
  const response = await handler.handle(wasi(request));
  const status = response.getStatusCode();
  const headers = response.getHeaders().copyAll();
  const [body] = types.Response.consumeBody(response, Promise.resolve({ tag: "ok" }));
  return {
    status,
    headers: headers.map(([name, value]) => [name, Buffer.from(value).toString("latin1")]),
    body: await whole(body),
  };
}

function wasi({ method, target, headers, body }) {
  const fields = new types.Fields();
  for (const [name, values] of headers) {
    for (const value of [values].flat()) {
      try {
        fields.append(name, Buffer.from(value, "latin1"));
      } catch {
        // A header that HTTP doesn't allow is left out.
      }
    }
  }
  const contents = new StreamReader(body.length === 0 ? [] : [body]);
  const trailers = new FutureReader(Promise.resolve({ tag: "ok", val: undefined }));
  const [request] = types.Request.new(fields, contents, trailers, undefined);
  try {
    request.setMethod({ tag: method.toLowerCase() });
    request.setPathWithQuery(target);
  } catch {
    throw new Refusal(400, "invalid_request", "Not a request", "The method or the path can't be read.");
  }
  return request;
}

async function whole(body) {
  const chunks = [];
  while (body) {
    const read = await body.read({ count: CHUNK });
    const { value, done } = read?.done === undefined ? { value: read, done: read === null } : read;
    if (done) break;
    chunks.push(Buffer.from(value));
  }
  return Buffer.concat(chunks);
}

function stopped(cause) {
  const detail = "The component stopped. The request may have had an effect.";
  return new Refusal(502, "component_trapped", "The component failed", detail, cause?.stack ?? String(cause));
}

function tooLate() {
  const detail = "The component did not answer in time; the request may have had an effect.";
  return new Refusal(504, "component_timeout", "The component took too long", detail, "no answer in time");
}

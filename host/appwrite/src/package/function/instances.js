// Instances of the component. One serves many calls, at once too; after so many of them, or when it stopped, the next
// call gets a new one, which takes a few milliseconds.

import { readFile } from "node:fs/promises";

import { types } from "@bytecodealliance/preview3-shim/http";
import { FutureReader } from "@bytecodealliance/preview3-shim/future";
import { StreamReader } from "@bytecodealliance/preview3-shim/stream";

import { instantiate } from "./component/component.js";
import { Refusal } from "./refusal.js";
import { imports } from "./wasi.js";

/** Calls that an instance serves. What jco keeps of each call goes with the instance, and with nothing else. */
const MOST_CALLS = 64;
/** How much of an answer is read at once, in bytes. */
const CHUNK = 64 * 1024;

export class Instances {
  #environment;
  #timeout;
  #modules = new Map();
  #current;

  /** `timeout`: seconds that Appwrite gives an execution. */
  constructor(environment, timeout) {
    this.#environment = environment;
    this.#timeout = timeout * 1000;
  }

  /** The component's answer: status, headers, body. */
  async call(request) {
    const instance = await this.#take();
    const { promise: late, reject } = Promise.withResolvers();
    // A little before Appwrite gives up, whose answer would say nothing.
    const timer = setTimeout(() => reject(tooLate()), this.#timeout - 500);
    try {
      return await Promise.race([exchange(instance.handler, request), late]);
    } catch (cause) {
      if (cause instanceof Refusal && cause.document.status < 500) throw cause;
      this.#drop(instance);
      throw cause instanceof Refusal ? cause : stopped(cause);
    } finally {
      clearTimeout(timer);
    }
  }

  async #take() {
    if (!this.#current || this.#current.calls >= MOST_CALLS) {
      const made = { calls: 0, ready: undefined, handler: undefined };
      made.ready = this.#make(made);
      this.#current = made;
    }
    const instance = this.#current;
    instance.calls += 1;
    try {
      await instance.ready;
    } catch (cause) {
      this.#drop(instance);
      throw stopped(cause);
    }
    return instance;
  }

  async #make(instance) {
    const module = (name) => {
      const known = this.#modules.get(name) ?? compile(name);
      this.#modules.set(name, known);
      return known;
    };
    const made = await instantiate(module, imports(this.#environment));
    instance.handler = made["wasi:http/handler@0.3.0"];
  }

  /** The next call gets another instance. Calls that are under way in this one may still end well. */
  #drop(instance) {
    if (this.#current === instance) this.#current = undefined;
  }
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
        // A header that HTTP doesn't allow: no client's concern.
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

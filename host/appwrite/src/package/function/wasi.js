// The imports of the component: WASI, as far as it uses it. It gets HTTP, time and randomness of the outside world.

import { randomBytes } from "node:crypto";
import { hrtime } from "node:process";

import { client, types } from "@bytecodealliance/preview3-shim/http";

class IoError extends Error {
  toDebugString() {
    return this.message;
  }
}

/** Nothing here is ever waited for. */
class Pollable {
  ready() {
    return true;
  }
  block() {}
}

class InputStream {
  read() {
    throw { tag: "closed" };
  }
  blockingRead() {
    throw { tag: "closed" };
  }
  subscribe() {
    return new Pollable();
  }
}

/** Standard output and standard error: lines for the function's log. */
class OutputStream {
  #line = "";
  #decoder = new TextDecoder();

  checkWrite() {
    return 65536n;
  }
  write(bytes) {
    const lines = (this.#line + this.#decoder.decode(bytes, { stream: true })).split("\n");
    this.#line = lines.pop();
    for (const line of lines) {
      if (line !== "") console.error(line);
    }
  }
  blockingWriteAndFlush(bytes) {
    this.write(bytes);
  }
  flush() {}
  blockingFlush() {}
  subscribe() {
    return new Pollable();
  }
}

class TerminalInput {}
class TerminalOutput {}

const output = new OutputStream();

function exit() {
  throw new Error("the component wanted to exit");
}

function random64() {
  return randomBytes(8).readBigUInt64LE();
}

/** The imports of one instance. */
export function imports(environment) {
  return {
    "wasi:cli/environment": {
      getEnvironment: () => Object.entries(environment),
      getArguments: () => [],
      initialCwd: () => undefined,
      getInitialCwd: () => undefined,
    },
    "wasi:cli/exit": { exit },
    "wasi:cli/stdin": { getStdin: () => new InputStream() },
    "wasi:cli/stdout": { getStdout: () => output },
    "wasi:cli/stderr": { getStderr: () => output },
    "wasi:cli/terminal-input": { TerminalInput },
    "wasi:cli/terminal-output": { TerminalOutput },
    "wasi:cli/terminal-stdin": { getTerminalStdin: () => undefined },
    "wasi:cli/terminal-stdout": { getTerminalStdout: () => undefined },
    "wasi:cli/terminal-stderr": { getTerminalStderr: () => undefined },
    "wasi:clocks/monotonic-clock": {
      now: () => hrtime.bigint(),
      resolution: () => 1n,
      getResolution: () => 1n,
      waitFor: (nanoseconds) => wait(nanoseconds),
      waitUntil: (mark) => wait(mark - hrtime.bigint()),
    },
    "wasi:clocks/wall-clock": { now, resolution: () => ({ seconds: 0n, nanoseconds: 1_000_000 }) },
    "wasi:clocks/system-clock": { now, getResolution: () => 1_000_000n },
    "wasi:http/client": client,
    "wasi:http/types": types,
    "wasi:io/error": { Error: IoError },
    "wasi:io/poll": { Pollable, poll: (list) => Uint32Array.from(list.keys()) },
    "wasi:io/streams": { InputStream, OutputStream },
    "wasi:random/random": {
      getRandomBytes: (length) => randomBytes(Number(length)),
      getRandomU64: random64,
    },
    "wasi:random/insecure-seed": { insecureSeed: () => [random64(), random64()] },
  };
}

function now() {
  const millis = Date.now();
  return { seconds: BigInt(Math.floor(millis / 1000)), nanoseconds: (millis % 1000) * 1_000_000 };
}

async function wait(nanoseconds) {
  if (nanoseconds <= 0n) return;
  const millis = Number((nanoseconds + 999_999n) / 1_000_000n);
  await new Promise((resolve) => setTimeout(resolve, millis).unref());
}

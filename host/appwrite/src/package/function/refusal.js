// The answer in the component's place: a problem document (RFC 9457).

export class Refusal extends Error {
  /** `log` is for the function's log alone. */
  constructor(status, code, title, detail, log) {
    super(detail);
    this.document = { type: "about:blank", title, status, code, detail };
    this.log = log;
  }
}

// What the vendor's client names of OpenTelemetry. Its own spans are off (keelson makes them, and loads OpenTelemetry for that where it is asked to),
// so none of this is ever used. Rule: a use is loud.
const unused = new Proxy(
  {},
  {
    get(_, name) {
      throw new Error(`The client traces although it is told not to: ${String(name)}.`);
    },
  },
);

export { unused as context, unused as propagation, unused as SpanKind, unused as SpanStatusCode, unused as trace };

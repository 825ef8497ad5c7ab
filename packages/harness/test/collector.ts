/** A collector on loopback that speaks OTLP over HTTP with JSON, and keeps what it was sent. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text as bodyOf } from "node:stream/consumers";

export type Spanned = {
  readonly name: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly start: bigint;
  readonly end: bigint;
  readonly failed: boolean;
  readonly attributes: Readonly<Record<string, string>>;
};
export type Collector = AsyncDisposable & {
  readonly url: string;
  spans(): readonly Spanned[];
  /** What was said of the program itself. */
  resource(): Readonly<Record<string, string>>;
  /** Sums of a histogram by its token type. */
  sums(metric: string): Readonly<Record<string, number>>;
};

type Value = { readonly arrayValue?: { readonly values: readonly Value[] } } & Readonly<Record<string, unknown>>;
type Pairs = readonly { readonly key: string; readonly value: Value }[];
type Span = {
  readonly name: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly status?: { readonly code?: number };
  readonly attributes: Pairs;
};
type Point = { readonly sum: number; readonly attributes: Pairs };
type Metric = { readonly name: string; readonly histogram: { readonly dataPoints: readonly Point[] } };
type Traces = {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: Pairs };
    readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
  }[];
};
type Metrics = { readonly resourceMetrics: readonly { readonly scopeMetrics: readonly { readonly metrics: readonly Metric[] }[] }[] };

const FAILED = 2;

export async function collect(): Promise<Collector> {
  const traces: Traces[] = [];
  const metrics: Metrics[] = [];
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      if (request.url === "/v1/traces") traces.push(JSON.parse(body));
      else metrics.push(JSON.parse(body));
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    spans: () => traces.flatMap((sent) => sent.resourceSpans.flatMap((one) => one.scopeSpans.flatMap(({ spans }) => spans.map(spanOf)))),
    resource: () => attributesOf(traces[0]?.resourceSpans[0]?.resource.attributes ?? []),
    sums(metric) {
      const sent = metrics.flatMap((body) => body.resourceMetrics.flatMap((one) => one.scopeMetrics.flatMap((scope) => scope.metrics)));
      const points = sent.filter(({ name }) => name === metric).flatMap(({ histogram }) => histogram.dataPoints);
      return Object.fromEntries(points.map(({ sum, attributes }) => [attributesOf(attributes)["gen_ai.token.type"] ?? "all", sum]));
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

const spanOf = (span: Span): Spanned => ({
  name: span.name,
  spanId: span.spanId,
  parentSpanId: span.parentSpanId ?? "",
  start: BigInt(span.startTimeUnixNano),
  end: BigInt(span.endTimeUnixNano),
  failed: span.status?.code === FAILED,
  attributes: attributesOf(span.attributes),
});

const attributesOf = (pairs: Pairs): Record<string, string> => Object.fromEntries(pairs.map(({ key, value }) => [key, wordsOf(value)]));
const wordsOf = (value: Value): string => value.arrayValue?.values.map(wordsOf).join() ?? String(Object.values(value)[0]);

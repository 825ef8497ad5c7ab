import type { Clock, Envelope } from "@keelson/protocol";
import { traced, type About, type Instruments } from "./spans.ts";

/** Tells what sessions do to whoever collects. Dispose sends what is left. */
export type Telemetry = AsyncDisposable & {
  trace(envelopes: AsyncIterable<Envelope>, about: About): AsyncGenerator<Envelope, void>;
};
export type TelemetryOpening = { readonly telemetry: Telemetry | undefined; readonly problem?: string };

/** The variables that are read here; those named OTEL_… beside them are read by OpenTelemetry's own SDK. */
export const TELEMETRY_VARIABLES = {
  KEEL_TELEMETRY: "1: spans and token metrics go out by OpenTelemetry, as the OTEL_… variables say",
  OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "true: prompts, replies, inputs and results stand in the spans too",
} as const;

const TOKEN_STEPS = [1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864];
const SECOND_STEPS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const PATIENCE_MS = 2000;
const MISSING =
  "KEEL_TELEMETRY is on, and OpenTelemetry isn't installed beside keel: install @opentelemetry/api and @opentelemetry/sdk-node there, or unset it. Going on without.";

/** Off unless KEEL_TELEMETRY is set. A program that has registered a provider of its own keeps it: nothing is told twice. */
export async function openTelemetry(
  env: Readonly<Record<string, string | undefined>>,
  version: string,
  clock: Pick<Clock, "sleep">,
): Promise<TelemetryOpening> {
  if (!isOn(env["KEEL_TELEMETRY"])) return { telemetry: undefined };
  const loaded = await load();
  if (!loaded) return { telemetry: undefined, problem: MISSING };
  const { api, NodeSDK } = loaded;
  const own = isRegistered(api)
    ? undefined
    : new NodeSDK({
        serviceName: env["OTEL_SERVICE_NAME"] ?? "keel",
        instrumentations: [],
        ...(!env["OTEL_NODE_RESOURCE_DETECTORS"] && { resourceDetectors: [{ detect: () => ({ attributes: attributesIn(env) }) }] }),
      });
  own?.start();
  const meter = api.metrics.getMeter("keelson", version);
  const instruments: Instruments = {
    api,
    version,
    usage: meter.createHistogram("gen_ai.client.token.usage", {
      unit: "{token}",
      description: "Tokens read and written by a model.",
      advice: { explicitBucketBoundaries: TOKEN_STEPS },
    }),
    duration: meter.createHistogram("gen_ai.client.operation.duration", {
      unit: "s",
      description: "How long a model took to answer.",
      advice: { explicitBucketBoundaries: SECOND_STEPS },
    }),
    content: isOn(env["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"]),
  };
  return {
    telemetry: {
      trace: (envelopes, about) => traced(envelopes, instruments, about),
      async [Symbol.asyncDispose]() {
        const sent = new AbortController();
        const away = clock.sleep(PATIENCE_MS, sent.signal);
        await Promise.race([own?.shutdown().catch(() => undefined), away]); // a collector that is away doesn't fail the run, nor hold it
        sent.abort();
      },
    },
  };
}

type Api = typeof import("@opentelemetry/api");
type Sdk = typeof import("@opentelemetry/sdk-node");

async function load(): Promise<{ readonly api: Api; readonly NodeSDK: Sdk["NodeSDK"] } | undefined> {
  try {
    const [api, { NodeSDK }] = await Promise.all([import("@opentelemetry/api"), import("@opentelemetry/sdk-node")]);
    return { api, NodeSDK };
  } catch {
    return undefined; // not installed: said in one line
  }
}

/** What the user says of this program, and nothing else: the SDK by itself would tell the command line, and so the prompt, and the machine's name. */
function attributesIn(env: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  const pairs = (env["OTEL_RESOURCE_ATTRIBUTES"] ?? "").split(",").map((pair) => pair.split("=", 2).map((word) => decode(word.trim())));
  return Object.fromEntries(pairs.filter(([key, value]) => key !== "" && value !== undefined));
}

function decode(word: string): string {
  try {
    return decodeURIComponent(word);
  } catch {
    return word;
  }
}

/** The API hands out a stand-in until a provider is registered; its delegate then is another one. */
function isRegistered({ trace, ProxyTracerProvider }: Api): boolean {
  const provider = trace.getTracerProvider();
  return provider instanceof ProxyTracerProvider && provider.getDelegate().constructor.name !== "NoopTracerProvider";
}

const isOn = (value: string | undefined): boolean => ["1", "true"].includes(value?.trim().toLowerCase() ?? "");

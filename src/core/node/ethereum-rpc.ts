/** Questions to an Ethereum node over JSON-RPC, one at a time, bounded in time and size. Not concerned with what is asked. */
import type { EthereumRequest, LookupStep } from "../accounts/ens/lookup.ts";
import { EnvironmentError, RemoteError } from "../platform/errors.ts";

/** Answers are a few words; an error page of a proxy may be longer. */
const ANSWER_BYTES_MAX = 256 * 1024;

/** Walks a look-up to its end. Throws what `askEthereum` throws. */
export async function followLookup<T>(
  first: LookupStep<T>,
  url: string,
  signal: AbortSignal,
): Promise<Exclude<LookupStep<T>, { type: "ask" }>> {
  let step = first;
  while (step.type === "ask") step = step.answer(await askEthereum(url, step.request, signal));
  return step;
}

/**
 * The member `result` of the answer. Throws `EnvironmentError` PEER_UNREACHABLE, DEADLINE (when `signal` aborts) or
 * PEER_REJECTED (the node says an error), and `RemoteError` for what is no JSON-RPC.
 */
export async function askEthereum(url: string, request: EthereumRequest, signal: AbortSignal): Promise<unknown> {
  const answer = parseAnswer(await post(url, JSON.stringify({ jsonrpc: "2.0", id: 1, ...request }), signal));
  if ("error" in answer) {
    throw new EnvironmentError(
      "PEER_REJECTED",
      `the Ethereum node refuses ${request.method}: ${messageOf(answer.error)}`,
    );
  }
  return "result" in answer ? answer.result : undefined;
}

async function post(url: string, body: string, signal: AbortSignal): Promise<string> {
  const { host } = new URL(url); // the rest of the address may hold a key
  try {
    const headers = { "content-type": "application/json" };
    const response = await fetch(url, { method: "POST", headers, body, signal, redirect: "error" });
    return await readBounded(response);
  } catch (cause) {
    if (cause instanceof RemoteError) throw cause;
    if (signal.aborted) throw new EnvironmentError("DEADLINE", `the Ethereum node ${host} did not answer in time`);
    throw new EnvironmentError("PEER_UNREACHABLE", `the Ethereum node ${host} cannot be reached`, { cause });
  }
}

async function readBounded(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > ANSWER_BYTES_MAX) throw new RemoteError("OVERSIZED", "Ethereum node: the answer is too long");
  }
  return text;
}

function parseAnswer(text: string): object {
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer === "object" && answer !== null) return answer;
  } catch {
    // told below
  }
  throw new RemoteError("MALFORMED", "Ethereum node: the answer is no JSON-RPC");
}

function messageOf(error: unknown): string {
  const message = typeof error === "object" && error !== null && "message" in error ? error.message : undefined;
  return typeof message === "string" ? message.slice(0, 200) : "without a reason";
}

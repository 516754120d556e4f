// Vitrine as the harness of the peers measures them: see `make bench-peers`. They show nothing of a run, so the events
// of stages are left out, unless the harness asks for them with --variant stages.
export async function load({ threads, variant }) {
  const { createEngine } = await import("/vitrine/vitrine.js");
  const engine = await createEngine({ model: "/models/gpt2-124m-rand-q8_0.gguf", threads });
  return {
    info: engine.info,
    async generate(ids, count, onToken) {
      const run = engine.generate(ids, { maxTokens: count, temperature: 0, ignoreEos: true, stages: variant === "stages" });
      for await (const event of run) if (event.type === "token") onToken(event.id);
    },
  };
}

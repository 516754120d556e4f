// Preloaded where Go's tests run in Node: there is no page that could send a message, and
// no team, and nothing calls the imports that reach one.
const { instantiate } = WebAssembly;
const none = () => {
  throw new Error("there is no team");
};
const vitrine = new Proxy({ waiting: () => -1 }, { get: (own, name) => own[name] ?? none });
WebAssembly.instantiate = (source, imports) => instantiate(source, { ...imports, vitrine });

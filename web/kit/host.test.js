import assert from "node:assert/strict";
import test from "node:test";
import { otherHost } from "./host.js";

const page = "https://blog.example/2026/post.html";
const script = "https://vitrine.example/v1/embed.js";

test("a host is named where it is neither the page's nor the script's", () => {
  for (const [address, host] of [
    ["models/a.gguf", ""], ["/a.gguf", ""], ["https://blog.example/a.gguf", ""], ["https://vitrine.example/a.gguf", ""],
    ["https://models.example/a.gguf", "models.example"], ["//models.example/a.gguf", "models.example"], ["\\\\models.example\\a", "models.example"],
    ["http://blog.example/a.gguf", "blog.example"], ["https://blog.example:8443/a.gguf", "blog.example:8443"],
    ["https://blog.example@models.example/a.gguf", "models.example"], ["https://b\u043bog.example/a", "xn--bog-ged.example"],
    ["data:,x", ""], ["javascript:alert(1)", ""], ["https://", ""], ["https://a b/", ""],
  ]) assert.equal(otherHost(address, page, page, script), host, address);
  assert.equal(otherHost("a.gguf", "https://cdn.example/", page), "cdn.example", "a page may say that its addresses are of another host");
});

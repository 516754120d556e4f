import assert from "node:assert/strict";
import test from "node:test";
import { advice, fileAddress, standIn } from "./address.js";

const came = (/** @type {string} */ text, address = "https://site.example/m.gguf") => standIn(address, new TextEncoder().encode(text));

test("a web page is known by how it begins", () => {
  for (const page of [
    "<!doctype html><title>Start</title>", "<!DOCTYPE HTML PUBLIC>", "<html>", "<HTML lang=en>", "\ufeff<!doctype html>", "\n\n  <html>",
    "\ufeff\r\n<!-- a\ncomment --> <!-- another --><!doctype html>", "<head><meta>", "<body>", '<?xml version="1.0"?>\n<!DOCTYPE html>',
  ]) {
    assert.equal(came(page)?.what, "a web page", page);
  }
  for (const file of ["", "GGUF<html>", '{"a": "<html>"}', "#version: 0.2\n< html>", "<h tml", '<?xml version="1.0"?><Error/>', "<htmlx", "a b\n<html>", "<h1>A model</h1>", "<|endoftext|> a"]) {
    assert.equal(came(file), null, file);
  }
});

test("a pointer of Git LFS is known, and where the file is", () => {
  const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n";
  assert.match(came(pointer)?.message ?? "", /^https:\/\/site\.example\/m\.gguf is a pointer of Git LFS/);
  const { message = "" } = came(pointer, "https://raw.githubusercontent.com/a/b/main/m.gguf") ?? {};
  assert.match(message, /https:\/\/media\.githubusercontent\.com\/media\/a\/b\/main\/m\.gguf$/);
});

test("the address of a page that shows a file becomes that of the file", () => {
  for (const [page, file] of [
    ["https://hub.example/openai/gpt2/blob/main/model.safetensors", "https://hub.example/openai/gpt2/resolve/main/model.safetensors"],
    ["https://hub.example/gpt2/blob/main/a/model.gguf?x=1", "https://hub.example/gpt2/resolve/main/a/model.gguf?x=1"],
    ["https://hub.example/openai/gpt2/tree/main", "https://hub.example/openai/gpt2/resolve/main/model.safetensors"],
    ["https://hub.example/openai/gpt2/tree/main/tiny/", "https://hub.example/openai/gpt2/resolve/main/tiny/model.safetensors"],
    ["https://github.com/a/b/blob/main/c.gguf", "https://raw.githubusercontent.com/a/b/main/c.gguf"],
    ["https://git.example/a/b/-/blob/main/c.gguf", "https://git.example/a/b/-/raw/main/c.gguf"],
    ["https://hub.example/openai/gpt2/resolve/main/model.safetensors", ""],
    ["https://site.example/models/blob.gguf", ""],
    ["https://site.example/blob/model.gguf", ""],
  ]) {
    assert.equal(fileAddress(page), file, page);
    assert.equal(advice(page).includes("Use that of the file: "), file !== "");
  }
});

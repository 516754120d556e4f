import assert from "node:assert/strict";
import test from "node:test";
import { advice, fileAddress, isWebPage } from "./address.js";

const bytes = (/** @type {string} */ text) => new TextEncoder().encode(text);

test("a web page is known by how it begins", () => {
  for (const page of [
    "<!doctype html><title>Start</title>", "<!DOCTYPE HTML PUBLIC>", "<html>", "<HTML lang=en>", "\ufeff<!doctype html>", "\n\n  <html>",
    "\ufeff\r\n<!-- a\ncomment --> <!-- another --><!doctype html>", "<head><meta>", "<body>",
  ]) {
    assert.equal(isWebPage(bytes(page)), true, page);
  }
  for (const file of ["", "GGUF<html>", '{"a": "<html>"}', "#version: 0.2\n< html>", "<h tml", "<htmlx", "a b\n<html>", "<h1>A model</h1>", "<|endoftext|> a"]) {
    assert.equal(isWebPage(bytes(file)), false, file);
  }
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
    assert.equal(advice(page).includes("that of a file is"), file !== "");
  }
});

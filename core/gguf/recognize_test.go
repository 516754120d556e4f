package gguf

import (
	"bytes"
	"strings"
	"testing"
)

func TestRecognize(t *testing.T) {
	tar := append(make([]byte, 257), "ustar\x0000"...)
	for _, test := range []struct{ head, want string }{
		{"", Empty},
		{"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", Picture},
		{"\xff\xd8\xff\xe0\x00\x10JFIF", Picture},
		{"RIFF\x10\x00\x00\x00WEBPVP8 ", Picture},
		{"<svg xmlns=\"http://www.w3.org/2000/svg\">", Picture},
		{"<!DOCTYPE html><html>", WebPage},
		{"\xef\xbb\xbf\r\n  <html lang=en>", WebPage},
		{"<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code>", WebPage},
		{"PK\x03\x04\x00\x00\x08\x08\x00\x00\x00\x00\x00\x00\x00\x00archive/data.pkl", PyTorch},
		{"PK\x03\x04\x14\x00\x00\x00model.gguf", Zip},
		{"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.", PyTorch},
		{"\x10\x05\x00\x00\x00\x00\x00\x00{\"h.0.attn.bias\":{", Safetensors},
		{"\x1f\x8b\x08\x00", Archive},
		{string(tar), Archive},
		{"%PDF-1.7", PDF},
		{"\x89HDF\r\n\x1a\n", HDF5},
		{"\x93NUMPY\x01\x00v\x00{'descr'", NumPy},
		{"tjgg\x01\x00\x00\x00", OldGGML},
		{"\x00asm\x01\x00\x00\x00", Program},
		{"version https://git-lfs.github.com/spec/v1\noid sha256:", LFSPointer},
		{" {\"model_type\": \"gpt2\"}", JSON},
		{"not a model at all", PlainText},
		{strings.Repeat("\x00\x01\x02\xfe", 99), ""},
		{"GGUF\x03\x00\x00\x00", ""},
		{"GGUF", ""},
		{"G", PlainText},
	} {
		if got := Recognize([]byte(test.head)); got != test.want {
			t.Errorf("%q is %q, want %q", test.head, got, test.want)
		}
	}
	whole := bytes.Repeat([]byte("x"), RecognizeBytes)
	for n := range whole {
		Recognize(whole[:n]) // no length is too short
	}
}

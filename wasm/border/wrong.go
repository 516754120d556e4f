//go:build js && wasm

package border

import "vitrine/core/gguf"

// advice is what to do with a file that is no model; other kinds have that of "".
var advice = map[string]string{
	"":               "open a GGUF file, or a checkpoint's model.safetensors together with config.json and tokenizer.json",
	gguf.Empty:       "load or copy it again",
	gguf.WebPage:     "its address is that of a page about the file; on the Hugging Face Hub the file itself has /resolve/ in its address, not /blob/ or /tree/",
	gguf.PyTorch:     "convert it with the tool of the repository, go run ./tools/quantize -in FILE -out model.gguf, and open the result",
	gguf.Safetensors: "name it model.safetensors and open it together with config.json and tokenizer.json",
	gguf.Zip:         "unpack it and open what is in it",
	gguf.Archive:     "unpack it and open what is in it",
	gguf.LFSPointer:  "fetch the file itself with git lfs pull, or from the site it is on",
	gguf.OldGGML:     "convert the model to GGUF again",
}

// WrongFile says what a file is that is none of the wanted kind, and what to do, or ""
// where its first bytes, of which there should be gguf.RecognizeBytes, do not tell.
func WrongFile(head []byte, want string) string {
	kind := gguf.Recognize(head)
	if kind == "" || kind == want {
		return ""
	}
	do, ok := advice[kind]
	if !ok {
		do = advice[""]
	}
	if kind == gguf.Empty {
		return "the file is empty: " + do
	}
	return "the file is " + kind + ", not a model: " + do
}

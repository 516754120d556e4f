// Command model writes a model of random weights in the shape of GPT-2 124M, for
// benchmarks: go run ./e2e/bench/model FILE. The same bytes every time.
package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"

	"vitrine/core/gguf"
	"vitrine/core/quant"
)

// The shape of GPT-2 124M: Radford et al. 2019, table 2, and openai/gpt-2's hparams.
const (
	layers      = 12
	embedding   = 768
	heads       = 12
	feedForward = 4 * embedding
	context     = 1024
	vocabulary  = 50257
	deviation   = 0.02 // of GPT-2's initial weights
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: model FILE.gguf")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "model:", err)
		os.Exit(1)
	}
}

func write(path string) (err error) {
	temporary := path + ".part"
	file, err := os.Create(temporary)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := file.Close(); err == nil {
			err = closeErr
		}
		if err == nil {
			err = os.Rename(temporary, path)
		}
	}()
	buffered := bufio.NewWriterSize(file, 1<<20)
	tensors := shapes()
	w, err := gguf.NewWriter(buffered, metadata(), tensors)
	if err != nil {
		return err
	}
	rng := rand.New(rand.NewPCG(124, 0))
	for _, t := range tensors {
		if err := w.WriteTensor(t.Name, values(rng, t)); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	return buffered.Flush()
}

func shapes() []gguf.TensorInfo {
	var all []gguf.TensorInfo
	add := func(t gguf.Type, name string, shape ...int) {
		all = append(all, gguf.TensorInfo{Name: name, Shape: shape, Type: t})
	}
	dense := func(name string, rows, cols int) {
		add(gguf.Q8_0, name+".weight", rows, cols)
		add(gguf.F32, name+".bias", rows)
	}
	norm := func(name string) {
		add(gguf.F32, name+".weight", embedding)
		add(gguf.F32, name+".bias", embedding)
	}
	add(gguf.Q8_0, "token_embd.weight", vocabulary, embedding)
	add(gguf.F32, "position_embd.weight", context, embedding)
	for layer := range layers {
		name := fmt.Sprintf("blk.%d.", layer)
		norm(name + "attn_norm")
		dense(name+"attn_qkv", 3*embedding, embedding)
		dense(name+"attn_output", embedding, embedding)
		norm(name + "ffn_norm")
		dense(name+"ffn_up", feedForward, embedding)
		dense(name+"ffn_down", embedding, feedForward)
	}
	norm("output_norm")
	return all
}

// values returns the data of a tensor: weights of the given deviation, norms of
// one, everything else zero.
func values(rng *rand.Rand, t gguf.TensorInfo) io.Reader {
	n := 1
	for _, dim := range t.Shape {
		n *= dim
	}
	if t.Type == gguf.Q8_0 {
		blocks := make([]byte, n/quant.BlockSize*quant.BlockBytes)
		// Evenly spread from -a to a, numbers deviate by a/sqrt(3).
		scale := quant.Float32ToFloat16(float32(deviation * math.Sqrt(3) / 127))
		for at := 0; at < len(blocks); at += quant.BlockBytes {
			binary.LittleEndian.PutUint16(blocks[at:], scale)
			for i := 2; i < quant.BlockBytes; i++ {
				blocks[at+i] = byte(int8(rng.IntN(255) - 127))
			}
		}
		return bytes.NewReader(blocks)
	}
	data := make([]byte, 4*n)
	for i := range n {
		v := float32(0)
		switch {
		case len(t.Shape) == 2:
			v = float32(rng.NormFloat64() * deviation)
		case len(t.Name) > 11 && t.Name[len(t.Name)-11:] == "norm.weight":
			v = 1
		}
		binary.LittleEndian.PutUint32(data[4*i:], math.Float32bits(v))
	}
	return bytes.NewReader(data)
}

func metadata() *gguf.Metadata {
	m := new(gguf.Metadata)
	m.Set("general.architecture", "gpt2")
	m.Set("general.name", "GPT-2 124M, random weights")
	m.Set("gpt2.context_length", uint32(context))
	m.Set("gpt2.embedding_length", uint32(embedding))
	m.Set("gpt2.feed_forward_length", uint32(feedForward))
	m.Set("gpt2.block_count", uint32(layers))
	m.Set("gpt2.attention.head_count", uint32(heads))
	m.Set("gpt2.attention.layer_norm_epsilon", float32(1e-5))
	tokens, merges := pieces()
	m.Set("tokenizer.ggml.model", "gpt2")
	m.Set("tokenizer.ggml.pre", "gpt-2")
	m.Set("tokenizer.ggml.tokens", tokens)
	m.Set("tokenizer.ggml.merges", merges)
	types := make([]int32, len(tokens))
	for i := range types {
		types[i] = 1
	}
	types[len(types)-1] = 3 // control
	m.Set("tokenizer.ggml.token_type", types)
	m.Set("tokenizer.ggml.eos_token_id", uint32(vocabulary-1))
	return m
}

// pieces makes up a vocabulary as large as GPT-2's: the bytes, then words of two,
// three and four lower-case letters.
func pieces() (tokens, merges []string) {
	for b := range 256 {
		tokens = append(tokens, string(letter(byte(b))))
	}
	add := func(left, right string) {
		if len(tokens) < vocabulary-1 {
			tokens = append(tokens, left+right)
			merges = append(merges, left+" "+right)
		}
	}
	const letters = "abcdefghijklmnopqrstuvwxyz"
	words := make([]string, 0, len(letters))
	for _, c := range letters {
		words = append(words, string(c))
	}
	for range 3 {
		var longer []string
		for _, word := range words {
			for _, c := range letters {
				add(word, string(c))
				longer = append(longer, word+string(c))
			}
		}
		words = longer
	}
	return append(tokens, "<|endoftext|>"), merges
}

// letter is GPT-2's printable stand-in for a byte: bytes_to_unicode in encoder.py of
// openai/gpt-2.
func letter(b byte) rune {
	printable := func(b byte) bool { return b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE }
	if printable(b) {
		return rune(b)
	}
	n := rune(0)
	for other := byte(0); other < b; other++ {
		if !printable(other) {
			n++
		}
	}
	return 256 + n
}

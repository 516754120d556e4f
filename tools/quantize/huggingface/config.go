package huggingface

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"math"

	"vitrine/tools/quantize/checkpoint"
)

// configFile is what we read of config.json. A pointer is nil where the key is
// absent or null.
//
// Source: GPT2Config of huggingface/transformers, whose defaults are used here.
type configFile struct {
	ModelType  *string  `json:"model_type"`
	Vocabulary int      `json:"vocab_size"`
	Positions  *int     `json:"n_positions"`
	Context    *int     `json:"n_ctx"`
	Embedding  int      `json:"n_embd"`
	Layers     int      `json:"n_layer"`
	Heads      int      `json:"n_head"`
	Inner      *int     `json:"n_inner"`
	Activation *string  `json:"activation_function"`
	Epsilon    *float64 `json:"layer_norm_epsilon"`
	BOS        tokens   `json:"bos_token_id"`
	EOS        tokens   `json:"eos_token_id"`
	Tied       *bool    `json:"tie_word_embeddings"`

	ScaleAttention *bool `json:"scale_attn_weights"`
	ScaleByLayer   bool  `json:"scale_attn_by_inverse_layer_idx"`
	CrossAttention bool  `json:"add_cross_attention"`
}

// activations maps Hugging Face's names to vitrine.activation.
var activations = map[string]string{
	"gelu_new":          "gelu_new",
	"gelu_pytorch_tanh": "gelu_new", // the same formula
	"gelu":              "gelu",
	"relu":              "relu",
}

// Check reports why the model that config.json in files describes cannot be
// converted, nil where nothing speaks against it. It needs no other file.
func Check(files fs.FS) error {
	_, _, err := readConfig(files)
	return err
}

func readConfig(files fs.FS) (*configFile, checkpoint.Config, error) {
	data, err := checkpoint.ReadUpTo(files, "config.json", checkpoint.MaxSmall)
	if err != nil {
		return nil, checkpoint.Config{}, fmt.Errorf("want config.json beside the weights: %w", err)
	}
	f, c, err := parseConfig(data)
	if err != nil {
		return nil, c, fmt.Errorf("config.json: %w", err)
	}
	return f, c, nil
}

// parseConfig reads config.json.
func parseConfig(data []byte) (*configFile, checkpoint.Config, error) {
	f := new(configFile)
	if err := checkpoint.Unmarshal(data, f); err != nil {
		return nil, checkpoint.Config{}, err
	}
	if t := or(f.ModelType, "gpt2"); t != "gpt2" {
		return nil, checkpoint.Config{}, fmt.Errorf(`model_type: got %.80q, want "gpt2": only GPT-2 models can be converted`, t)
	}
	c := checkpoint.Config{
		Layers: f.Layers, Heads: f.Heads, Embedding: f.Embedding, Vocabulary: f.Vocabulary,
		Context:     or(f.Positions, or(f.Context, 0)),
		FeedForward: or(f.Inner, 4*f.Embedding),
		Epsilon:     float32(or(f.Epsilon, 1e-5)),
	}
	for _, n := range []struct {
		key   string
		value int
	}{
		{"n_layer", c.Layers}, {"n_head", c.Heads}, {"n_embd", c.Embedding}, {"vocab_size", c.Vocabulary},
		{"n_positions", c.Context}, {"n_inner", c.FeedForward},
	} {
		if n.value < 1 || n.value > math.MaxInt32/4 { // so that 4*n_embd cannot overflow anywhere
			return nil, c, fmt.Errorf("%s: got %d, want 1 to %d", n.key, n.value, math.MaxInt32/4)
		}
	}
	if c.Embedding%c.Heads != 0 {
		return nil, c, fmt.Errorf("n_head: got %d, want a divisor of n_embd, %d", c.Heads, c.Embedding)
	}
	if !(c.Epsilon > 0 && c.Epsilon < 1) {
		return nil, c, fmt.Errorf("layer_norm_epsilon: got %v, want more than 0, less than 1", c.Epsilon)
	}
	activation := or(f.Activation, "gelu_new")
	c.Activation = activations[activation]
	switch {
	case c.Activation == "":
		return nil, c, fmt.Errorf("activation_function: got %.80q, want gelu_new, gelu_pytorch_tanh, gelu or relu", activation)
	case f.CrossAttention:
		return nil, c, fmt.Errorf("add_cross_attention: got true, want false: only decoders can be converted")
	}
	return f, c, nil
}

// tokens are token ids: one, or a list, as generation configurations have it.
type tokens struct {
	ids   []int
	other string // what the file has that is neither
}

// UnmarshalJSON implements json.Unmarshaler.
func (t *tokens) UnmarshalJSON(data []byte) error {
	var id int
	switch {
	case string(data) == "null":
	case json.Unmarshal(data, &id) == nil:
		t.ids = []int{id}
	case json.Unmarshal(data, &t.ids) != nil:
		t.ids, t.other = nil, string(data)
	}
	return nil
}

// note says that ids are passed over, if they are.
func (t tokens) note(model *checkpoint.Model, key string) {
	if t.other != "" {
		model.Notes = append(model.Notes, fmt.Sprintf("%s of config.json is passed over: got %.80s, want a token id or a list of them", key, t.other))
	}
}

// or returns what p points to, or the default.
func or[T any](p *T, standard T) T {
	if p == nil {
		return standard
	}
	return *p
}

// Package statedict finds the tensors of a GPT-2 model in a PyTorch state dict, as
// transformers, nanoGPT and minGPT write it. Names and shapes alone tell them apart.
package statedict

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"vitrine/tools/quantize/checkpoint"
)

// Dict is a state dict under the names that transformers uses, without prefix.
type Dict struct {
	tensors map[string]checkpoint.Stored // with the names that the file has
	linear  bool                         // matrices are [out, in]
	early   bool
}

// New reads the names of the tensors. Those that hold a causal mask, constants and
// no weights, are left out.
func New(stored []checkpoint.Stored) (*Dict, error) {
	d := &Dict{tensors: make(map[string]checkpoint.Stored)}
	thirds := make(map[string][3]*checkpoint.Stored) // of the first minGPT's q, k and v
	for _, t := range stored {
		name := prefixes.ReplaceAllString(t.Name, "")
		if early, ok := earlyName(name); ok {
			name, d.early = early, true
		}
		if causalMask.MatchString(name) {
			continue
		}
		if joined, i, ok := third(name); ok {
			parts := thirds[joined]
			if parts[i] != nil {
				return nil, twice(*parts[i], t)
			}
			parts[i] = &t
			thirds[joined] = parts
			continue
		}
		if other, ok := d.tensors[name]; ok {
			return nil, twice(other, t)
		}
		d.tensors[name] = t
	}
	for _, name := range slices.Sorted(maps.Keys(thirds)) {
		t, err := join(name, thirds[name])
		if err != nil {
			return nil, err
		}
		if other, ok := d.tensors[name]; ok {
			return nil, twice(other, t)
		}
		d.tensors[name] = t
	}
	if qkv := d.tensors["h.0.attn.c_attn.weight"].Shape; len(qkv) == 2 {
		d.linear = qkv[0]/3 == qkv[1] && qkv[0]%3 == 0
	}
	if t, ok := d.tensors["wpe.weight"]; ok && d.early && len(t.Shape) == 3 && t.Shape[0] == 1 {
		t.Shape = t.Shape[1:]
		d.tensors["wpe.weight"] = t
	}
	return d, nil
}

func twice(a, b checkpoint.Stored) error {
	return fmt.Errorf("got tensor %q and tensor %q, want one of them", a.Name, b.Name)
}

// prefixes are what a module gets that is part of another: of a model with a head,
// of one that is compiled, or trained on several devices.
var prefixes = regexp.MustCompile(`^((_orig_mod|module|model|transformer)\.)+`)

// causalMask matches the tensors that hold the causal mask: constants, no weights.
var causalMask = regexp.MustCompile(`^h\.\d+\.attn\.(bias|masked_bias)$`)

var (
	earlyBlock = regexp.MustCompile(`^blocks\.(\d+)\.(.+)$`)
	earlyRoots = map[string]string{"tok_emb.weight": "wte.weight", "pos_emb": "wpe.weight", "head.weight": headName}
	earlyParts = strings.NewReplacer("ln1.", "ln_1.", "ln2.", "ln_2.", "attn.proj.", "attn.c_proj.", "attn.mask", "attn.bias",
		"mlp.0.", "mlp.c_fc.", "mlp.2.", "mlp.c_proj.")
)

// earlyName maps the names of the first minGPT, of 2020.
//
// Source: mingpt/model.py of karpathy/minGPT at 3ed14b2.
func earlyName(name string) (string, bool) {
	if m := earlyBlock.FindStringSubmatch(name); m != nil {
		return "h." + m[1] + "." + earlyParts.Replace(m[2]), true
	}
	root, ok := earlyRoots[name]
	return root, ok
}

var separate = regexp.MustCompile(`^(h\.\d+\.attn\.)(query|key|value)(\.weight|\.bias)$`)

// third says which tensor of transformers the named one is a third of, and which.
func third(name string) (joined string, i int, ok bool) {
	m := separate.FindStringSubmatch(name)
	if m == nil {
		return "", 0, false
	}
	return m[1] + "c_attn" + m[3], slices.Index([]string{"query", "key", "value"}, m[2]), true
}

// join puts q, k and v one above the other.
func join(name string, parts [3]*checkpoint.Stored) (checkpoint.Stored, error) {
	for i, p := range parts {
		if p == nil {
			return checkpoint.Stored{}, fmt.Errorf("tensor %q: number %d of query, key and value is missing", name, i+1)
		}
		if !slices.Equal(p.Shape, parts[0].Shape) || len(p.Shape) == 0 || p.Type != parts[0].Type {
			return checkpoint.Stored{}, fmt.Errorf("tensor %q: got %s %v, want %s %v, as %q", p.Name, p.Type, p.Shape, parts[0].Type, parts[0].Shape, parts[0].Name)
		}
	}
	t := *parts[0]
	t.Shape = slices.Clone(t.Shape)
	t.Shape[0] *= 3
	t.Bytes *= 3
	if t.Values != nil {
		var joined checkpoint.Joined
		for _, p := range parts {
			joined = append(joined, checkpoint.Part{Values: p.Values, Count: count(p.Shape)})
		}
		t.Values = joined
	}
	return t, nil
}

// Early reports whether the names are those of the first minGPT.
func (d *Dict) Early() bool { return d.early }

// Sizes returns what the shapes tell of the model; what they do not tell is 0.
func (d *Dict) Sizes() checkpoint.Config {
	dim := func(name string, i int) int {
		if shape := d.tensors[name].Shape; len(shape) == 2 {
			return shape[i]
		}
		return 0
	}
	c := checkpoint.Config{
		Vocabulary: dim("wte.weight", 0), Embedding: dim("wte.weight", 1), Context: dim("wpe.weight", 0),
		FeedForward: dim("h.0.mlp.c_fc.weight", 1),
	}
	if d.linear {
		c.FeedForward = dim("h.0.mlp.c_fc.weight", 0)
	}
	for name := range d.tensors {
		if m := layer.FindStringSubmatch(name); m != nil {
			if n, err := strconv.Atoi(m[1]); err == nil && n < len(d.tensors) {
				c.Layers = max(c.Layers, n+1)
			}
		}
	}
	return c
}

var layer = regexp.MustCompile(`^h\.(\d+)\.`)

// AddTo gives the model, whose Config is complete, its tensors, all of which must be
// there, and nothing else. tied says whether the head is the token table, nil that
// the tensors decide. source is the file that the sizes come from, for errors; empty,
// they come from the shapes.
func (d *Dict) AddTo(model *checkpoint.Model, tied *bool, source string) error {
	hint, more := "the checkpoint is not whole", ""
	if source != "" {
		hint, more = hint+", or "+source+" is of another model", ", or has more layers than "+source+" says"
	}
	if c := model.Config; c.Layers > len(d.tensors) {
		return fmt.Errorf("got %d tensors, want those of %d layers: %s", len(d.tensors), c.Layers, hint)
	}
	list := mappings(model.Config)
	_, hasHead := d.tensors[headName]
	if hasHead || tied != nil && !*tied {
		list = append(list, headMapping(model.Config))
	}
	strange := d.strange(list)
	noBiases := !slices.ContainsFunc(list, func(m mapping) bool { _, ok := d.tensors[m.from]; return ok && m.bias() })
	for _, m := range list {
		to := checkpoint.Tensor{Name: m.to, Shape: m.shape, Transposed: m.transposed && !d.linear, Matrix: m.matrix}
		if noBiases && m.bias() {
			to.From, to.Values = "none", checkpoint.Zeros{}
			model.Tensors = append(model.Tensors, to)
			continue
		}
		t, ok := d.tensors[m.from]
		if !ok && strange != "" { // the name may be wrong
			return fmt.Errorf("tensor %q is missing, and tensor %q is not one of GPT-2's: %s", m.from, strange, hint)
		}
		if !ok {
			return fmt.Errorf("tensor %q is missing: %s", m.from, hint)
		}
		want := slices.Clone(to.Shape)
		if to.Transposed {
			slices.Reverse(want)
		}
		if !slices.Equal(t.Shape, want) {
			return fmt.Errorf("tensor %q: got shape %v, want %v: %s", t.Name, t.Shape, want, hint)
		}
		if t.Values == nil {
			return fmt.Errorf("tensor %q: got type %s, want F32, F16 or BF16: save the model in one of these", t.Name, t.Type)
		}
		to.From, to.Bytes, to.Values = t.Name, t.Bytes, t.Values
		model.Tensors = append(model.Tensors, to)
	}
	if strange != "" {
		return fmt.Errorf("tensor %q is not one of GPT-2's: the model is of another architecture%s", strange, more)
	}
	if noBiases {
		model.Notes = append(model.Notes, "the model has no biases: they are written as zeros, which llama.cpp wants and which change nothing")
	}
	if !hasHead {
		return nil
	}
	head, wte := d.tensors[headName], d.tensors["wte.weight"]
	same, err := equal(head, wte)
	if err != nil {
		return err
	}
	if same { // tied: the head is the token table
		model.Tensors = model.Tensors[:len(model.Tensors)-1]
	} else if tied != nil && *tied {
		model.Notes = append(model.Notes, fmt.Sprintf("%s differs from %s, so it is kept, although %s says that they are tied", head.Name, wte.Name, source))
	}
	return nil
}

// strange returns the name in the file of the first tensor that is not in the list,
// empty if all are.
func (d *Dict) strange(list []mapping) string {
	names := make(map[string]bool)
	for _, m := range list {
		names[m.from] = true
	}
	for _, name := range slices.Sorted(maps.Keys(d.tensors)) {
		if !names[name] {
			return d.tensors[name].Name
		}
	}
	return ""
}

// equal reports whether two tensors of the same shape have the same values.
func equal(a, b checkpoint.Stored) (bool, error) {
	n := count(a.Shape)
	x, y := make([]float32, min(n, 1<<16)), make([]float32, min(n, 1<<16))
	for first := int64(0); first < n; first += int64(len(x)) {
		n := min(n-first, int64(len(x)))
		if err := a.Values.ReadAt(x[:n], first); err != nil {
			return false, err
		}
		if err := b.Values.ReadAt(y[:n], first); err != nil {
			return false, err
		}
		if !slices.Equal(x[:n], y[:n]) {
			return false, nil
		}
	}
	return true, nil
}

// count is the product of the dimensions, which the reader has checked to fit.
func count(shape []int) int64 {
	n := int64(1)
	for _, dim := range shape {
		n *= int64(dim)
	}
	return n
}

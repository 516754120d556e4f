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
	absent  map[string]error             // that an index names: where they are not
	beside  []beside                     // of other modules than the transformer
	linear  bool                         // matrices are [out, in]
	early   bool
	oneEnd  bool // the token table is the one of the head's name
}

// New reads the names of the tensors. Those that hold a causal mask, constants and
// no weights, are left out.
func New(stored []checkpoint.Stored) (*Dict, error) {
	d := &Dict{tensors: make(map[string]checkpoint.Stored), absent: make(map[string]error)}
	thirds := make(map[string][3]*checkpoint.Stored) // of the first minGPT's q, k and v
	root, err := findRoot(stored)
	if err != nil {
		return nil, err
	}
	d.early = root.early
	for _, t := range stored {
		name, ok := root.name(t.Name)
		if !ok {
			d.beside = append(d.beside, beside{name, t, root.prefix != ""})
			continue
		}
		if early, ok := earlyName(name); ok && (root.early || early != headName) {
			name = early
		}
		if t.Absent {
			d.absent[name] = t.Err
			continue
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
		if err := d.add(name, t); err != nil {
			return nil, err
		}
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
	if t, ok := d.tensors[positionsName]; ok && d.early && len(t.Shape) == 3 && t.Shape[0] == 1 {
		t.Shape = t.Shape[1:]
		d.tensors[positionsName] = t
	}
	// Of tied tensors some programs save one alone, under either name.
	head, hasHead := d.tensors[headName]
	if _, ok := d.tensors[tableName]; !ok && hasHead {
		d.oneEnd = true
		d.tensors[tableName] = head
		delete(d.tensors, headName)
	}
	return d, nil
}

// add adds a tensor. One that comes under two names must have the same values.
func (d *Dict) add(name string, t checkpoint.Stored) error {
	other, ok := d.tensors[name]
	if !ok {
		d.tensors[name] = t
		return nil
	}
	if t.Values == nil || other.Values == nil || !slices.Equal(t.Shape, other.Shape) {
		return twice(other, t)
	}
	same, err := equal(other, t)
	if err == nil && !same {
		err = twice(other, t)
	}
	return err
}

func twice(a, b checkpoint.Stored) error {
	return fmt.Errorf("got tensor %q and tensor %q, want one of them", a.Name, b.Name)
}

// causalMask matches the tensors that hold the causal mask, constants and no weights:
// the names of transformers and nanoGPT, and those of others who do as these do.
var causalMask = regexp.MustCompile(`^h\.\d+\.attn\.(bias|masked_bias|mask|attn_mask|causal_mask|tril)$`)

var (
	earlyBlock = regexp.MustCompile(`^blocks\.(\d+)\.(.+)$`)
	earlyRoots = map[string]string{"tok_emb.weight": tableName, "pos_emb": positionsName, "head.weight": headName}
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

// Linear reports whether matrices are [out, in], as PyTorch's own Linear has them, and
// not as transformers does.
func (d *Dict) Linear() bool { return d.linear }

// Sizes returns what the shapes tell of the model; what they do not tell is 0.
func (d *Dict) Sizes() checkpoint.Config {
	dim := func(name string, i int) int {
		if shape := d.tensors[name].Shape; len(shape) == 2 {
			return shape[i]
		}
		return 0
	}
	c := checkpoint.Config{
		Vocabulary: dim(tableName, 0), Embedding: dim(tableName, 1), Context: dim(positionsName, 0),
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
	if c := model.Config; c.Layers > len(d.tensors)+len(d.absent) {
		return fmt.Errorf("got %d tensors, want those of %d layers: %s", len(d.tensors), c.Layers, hint)
	}
	if d.oneEnd && tied != nil && !*tied {
		return fmt.Errorf("tensor %q is missing, and %s says that it is not tied to the head, which is there: %s", tableName, source, hint)
	}
	list := mappings(model.Config)
	_, hasHead := d.tensors[headName]
	if hasHead || tied != nil && !*tied {
		list = append(list, headMapping(model.Config))
	}
	strange, left, err := d.others(list)
	if err != nil {
		return err
	}
	noBiases := !slices.ContainsFunc(list, func(m mapping) bool {
		_, ok := d.tensors[m.from]
		return m.bias() && (ok || d.absent[m.from] != nil)
	})
	for _, m := range list {
		to := checkpoint.Tensor{Name: m.to, Shape: m.shape, Transposed: m.transposed && !d.linear, Matrix: m.matrix}
		if noBiases && m.bias() {
			to.From, to.Values = "none", checkpoint.Zeros{}
			model.Tensors = append(model.Tensors, to)
			continue
		}
		t, ok := d.tensors[m.from]
		if !ok && d.absent[m.from] != nil {
			return d.absent[m.from]
		}
		if !ok && strange != "" { // the name may be wrong
			return fmt.Errorf("tensor %q is missing, and tensor %q is not one of GPT-2's: %s", m.from, strange, hint)
		}
		if !ok {
			return fmt.Errorf("tensor %q is missing: %s", m.from, hint)
		}
		if t.Err != nil {
			return t.Err
		}
		want := slices.Clone(to.Shape)
		if to.Transposed {
			slices.Reverse(want)
		}
		if !slices.Equal(t.Shape, want) {
			return fmt.Errorf("tensor %q: got shape %v, want %v: %s", t.Name, t.Shape, want, hint)
		}
		if t.Values == nil {
			return fmt.Errorf("tensor %q: got type %s, want F32, F16, BF16 or F64: save the model in one of these", t.Name, t.Type)
		}
		if m.from == positionsName {
			fixed, err := sinusoidal(t)
			if err != nil {
				return err
			}
			if fixed {
				model.Config.Position = "sinusoidal"
				model.Notes = append(model.Notes, fmt.Sprintf("%s has the sines and cosines of the original Transformer: the file says so in vitrine.position, and leaves them out", t.Name))
				continue
			}
		}
		to.From, to.Bytes, to.Values = t.Name, t.Bytes, t.Values
		model.Tensors = append(model.Tensors, to)
	}
	if strange != "" {
		return architecture(strange, more)
	}
	d.note(model, left)
	if noBiases {
		model.Notes = append(model.Notes, "the model has no biases: they are written as zeros, which llama.cpp wants and which change nothing")
	}
	if !hasHead {
		return nil
	}
	head, wte := d.tensors[headName], d.tensors[tableName]
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

// architecture is the error for a tensor without which the model would compute
// something else.
func architecture(name, more string) error {
	switch {
	case strings.HasSuffix(name, "head.bias"):
		return fmt.Errorf("tensor %q is added to the scores of the tokens, and GGUF has no place for it: only a model without it, or with zeros in it, can be converted", name)
	case strings.Contains(name, ".lora_"):
		return fmt.Errorf("tensor %q is of an adapter: merge it with the model, with merge_and_unload() of PEFT, and save that", name)
	}
	return fmt.Errorf("tensor %q is not one of GPT-2's: the model is of another architecture%s", name, more)
}

// note says what the user should know of the names and types.
func (d *Dict) note(model *checkpoint.Model, left []string) {
	if d.oneEnd {
		model.Notes = append(model.Notes, fmt.Sprintf("the token table is %s, the only one of two tied tensors that the checkpoint has", d.tensors[tableName].Name))
	}
	if len(left) > 0 {
		model.Notes = append(model.Notes, "what is no part of a GPT-2 that predicts tokens is left out: "+checkpoint.Listed(left))
	}
	for _, t := range d.tensors {
		if t.Type == "F64" {
			model.Notes = append(model.Notes, "the checkpoint has float64, which is rounded to float32 before anything else")
			return
		}
	}
}

// Absent returns where the named tensor is not, if an index says that it is there.
func (d *Dict) Absent(name string) error { return d.absent[name] }

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

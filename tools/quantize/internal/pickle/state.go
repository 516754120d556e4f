package pickle

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/nlpodyssey/gopickle/types"

	"vitrine/tools/quantize/checkpoint"
)

// stateKeys are the names under which training programs keep the state dict.
var stateKeys = []any{"model", "state_dict", "model_state_dict", "module"}

// argsKey is where nanoGPT keeps the sizes of the model.
const argsKey = "model_args"

// sizeKeys are the names under which other programs keep them, among others.
var sizeKeys = []any{"config", "model_config", "args", "hparams", "hyper_parameters"}

// checkpoint finds the state dict in what has been loaded: all of it, or a part.
func (f *file) checkpoint(root any) (*Checkpoint, error) {
	const hint = "want a state dict, saved with torch.save(model.state_dict(), ...)"
	list, ok := entries(root)
	if !ok {
		return nil, fmt.Errorf("got %s: %s", kind(root), hint)
	}
	c := new(Checkpoint)
	state := list
	for range maxDepth {
		part, ok := stateDict(state)
		if !ok {
			break
		}
		for _, e := range state {
			switch {
			case e.Key == argsKey:
				c.Args = plain(e.Value)
			case slices.Contains(sizeKeys, e.Key) && c.Sizes["n_head"] == nil:
				c.Sizes = plain(e.Value)
			}
		}
		state = part
	}
	if err := f.addTensors(c, state); err != nil {
		return nil, fmt.Errorf("state dict: %w: %s", err, hint)
	}
	if len(f.classes) > 0 {
		c.Notes = []string{"Python objects beside the weights are left out, and nothing of them is run: " +
			checkpoint.Listed(slices.Sorted(maps.Keys(f.classes)))}
	}
	return c, nil
}

// maxDepth is how far within other dicts a state dict may be.
const maxDepth = 4

// stateDict returns the state dict that is an entry of another dict: the one of a known
// name, or else the only one with tensors where there are none beside it.
func stateDict(list []types.DictEntry) (part []types.DictEntry, ok bool) {
	for _, key := range stateKeys {
		for _, e := range list {
			if part, ok := entries(e.Value); ok && e.Key == key {
				return part, true
			}
		}
	}
	if slices.ContainsFunc(list, isTensor) {
		return nil, false
	}
	for _, e := range list {
		if inner, is := entries(e.Value); is && slices.ContainsFunc(inner, isTensor) {
			if ok {
				return nil, false
			}
			part, ok = inner, true
		}
	}
	return part, ok
}

func isTensor(e types.DictEntry) bool { _, ok := e.Value.(*tensor); return ok }

// addTensors adds what the state dict has. What is no tensor, or cannot be read, says
// why: it is an error where the model needs it.
func (f *file) addTensors(c *Checkpoint, list []types.DictEntry) error {
	if !slices.ContainsFunc(list, isTensor) {
		for _, e := range list {
			if name, ok := e.Key.(string); ok {
				return fmt.Errorf("%.80q: got %s, want a tensor", name, kind(e.Value))
			}
			return fmt.Errorf("got a key that is %s, want names", kind(e.Key))
		}
		return errors.New("got no tensors")
	}
	seen := make(map[string]bool)
	for _, e := range list {
		name, ok := e.Key.(string)
		if !ok {
			continue // no tensor of a model
		}
		if seen[name] {
			return fmt.Errorf("tensor %q: got it twice, want each name once", name)
		}
		seen[name] = true
		stored := checkpoint.Stored{Name: name}
		if t, ok := e.Value.(*tensor); !ok {
			stored.Err = fmt.Errorf("tensor %q: got %s, want a tensor", name, kind(e.Value))
		} else if whole, err := f.stored(name, t); err != nil {
			stored.Type, stored.Shape = t.storage.class.typ, t.shape
			stored.Err = fmt.Errorf("tensor %q: %w", name, err)
		} else {
			stored = whole
		}
		c.Tensors = append(c.Tensors, stored)
	}
	return nil
}

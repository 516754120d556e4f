package statedict

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"vitrine/tools/quantize/checkpoint"
)

// root is where in a larger model the transformer is.
type root struct {
	prefix string // that the names of its tensors begin with: empty, or it ends in a dot
	early  bool   // they are those of the first minGPT
}

// wrappers are what programs put around a module, at any depth: of one that is
// compiled, sharded, trained on several devices, or computed twice to save memory.
var wrappers = regexp.MustCompile(`(^|\.)((_orig_mod|module|_fsdp_wrapped_module|_checkpoint_wrapped_module)\.)+`)

// outer are the names of a model with a head, and of the transformer in it.
var outer = regexp.MustCompile(`^((model|transformer)\.)+`)

// own matches the names of a transformer's own tensors, and what begins them.
var own = regexp.MustCompile(`^(wte|wpe|ln_f|tok_emb|h\.\d+|blocks\.\d+)\.|^pos_emb$`)

// findRoot finds the transformer by its tables, which it has once, under any name.
func findRoot(stored []checkpoint.Stored) (root, error) {
	found := make(map[string]bool) // prefixes, and whether the names are the first minGPT's
	for _, t := range stored {
		name := wrappers.ReplaceAllString(t.Name, "$1")
		for _, table := range []string{tableName, "wpe.weight", "tok_emb.weight", "pos_emb"} {
			if prefix, ok := strings.CutSuffix(name, table); ok && (prefix == "" || strings.HasSuffix(prefix, ".")) {
				found[prefix] = earlyRoots[table] != ""
			}
		}
	}
	list := slices.Sorted(maps.Keys(found))
	known := slices.DeleteFunc(slices.Clone(list), func(prefix string) bool { return outer.ReplaceAllString(prefix, "") != "" })
	switch {
	case len(known) > 0: // any others are copies, such as the means of the weights
		list = known[len(known)-1:]
	case len(list) > 1:
		return root{}, fmt.Errorf("got several models, whose names begin with %s: save the one to convert alone", checkpoint.Listed(list))
	case len(list) == 0:
		return root{}, nil
	}
	return root{list[0], found[list[0]]}, nil
}

// name returns the name that a tensor has in the transformer, or that of its head, and
// false if the tensor is of another module.
func (r root) name(full string) (name string, ok bool) {
	name = wrappers.ReplaceAllString(full, "$1")
	if rest, ok := strings.CutPrefix(name, r.prefix); ok && (r.prefix != "" || own.MatchString(rest)) {
		return rest, true
	}
	isHead := func(name string) bool { return name == headName || r.early && earlyRoots[name] == headName }
	for place := r.prefix; ; { // the head is beside the transformer, or beside what that is in
		if rest, ok := strings.CutPrefix(name, place); ok && isHead(rest) {
			return rest, true
		}
		if place == "" {
			break
		}
		place = place[:strings.LastIndex(strings.TrimSuffix(place, "."), ".")+1]
	}
	short := outer.ReplaceAllString(name, "")
	return short, own.MatchString(short) || isHead(short)
}

// beside is a tensor that is not the transformer's.
type beside struct {
	name string // without what is around all modules
	checkpoint.Stored
	apart bool // the transformer is a module of its own, and this is of another
}

// others looks at the tensors that are not in the list. strange is the name, in the
// file, of the first without which the model would compute something else, empty if
// there is none; left are the names of those that it can do without.
func (d *Dict) others(list []mapping) (strange string, left []string, err error) {
	names := make(map[string]bool)
	for _, m := range list {
		names[m.from] = true
	}
	add := func(t checkpoint.Stored, idle bool) {
		if idle {
			left = append(left, t.Name)
		} else if strange == "" {
			strange = t.Name
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d.tensors)) {
		if t := d.tensors[name]; !names[name] {
			add(t, !weights(t) || count(t.Shape) == 1 && !layer.MatchString(name))
		}
	}
	for _, t := range d.beside {
		if t.Absent {
			continue
		}
		idle, err := d.idle(t)
		if err != nil {
			return "", nil, err
		}
		add(t.Stored, idle)
	}
	slices.Sort(left)
	return strange, left, nil
}

// weights reports whether a tensor may be one that is computed with: counters, and
// what a pickle has in the place of a tensor, are not.
func weights(t checkpoint.Stored) bool {
	_, ok := checkpoint.TypeBytes[t.Type]
	return ok
}

// heads matches names of what is no part of a transformer where that has no name of its
// own: other heads, and what training keeps.
var heads = regexp.MustCompile(`^(\w*head|score|classifier|qa_outputs|\w*summary|pooler|critic|\w*optim\w*|\w*scheduler|ema(_\w+)?|\w*loss\w*|criterion|\w*metrics?)(\.|$)`)

// copied matches names of another model's tensors, such as those of the means of all
// weights.
var copied = regexp.MustCompile(`\.(wte|wpe|ln_f|lm_head|h\.\d+)\.`)

// idle reports whether a tensor beside the transformer can be left out.
func (d *Dict) idle(t beside) (bool, error) {
	table := d.tensors[tableName]
	switch {
	case !weights(t.Stored):
		return true, nil
	case strings.HasSuffix(t.name, "head.bias") && (t.name == "lm_head.bias" || d.early):
		return allZero(t.Stored)
	case strings.HasPrefix(t.name, "lm_head."):
		return false, nil
	case count(t.Shape) == 1 || copied.MatchString(t.name):
		return true, nil
	case slices.Equal(t.Shape, table.Shape) && t.Values != nil && table.Values != nil:
		return equal(table, t.Stored) // or it is a head of another name
	}
	return t.apart || heads.MatchString(t.name), nil
}

// allZero reports whether a tensor has nothing but zeros.
func allZero(t checkpoint.Stored) (bool, error) {
	if t.Values == nil {
		return false, t.Err
	}
	return equal(t, checkpoint.Stored{Shape: t.Shape, Values: checkpoint.Zeros{}})
}

package pickle

import (
	"fmt"

	"github.com/nlpodyssey/gopickle/types"
)

// object stands for a class or a function that is not known, and for all that it would
// make: nothing of it is run. It takes whatever the pickle gives it and keeps what can
// be read as plain data.
type object struct {
	class      string // module and name, or what else it is
	attributes types.Dict
	items      types.Dict
}

// Call implements types.Callable.
func (o *object) Call(...any) (any, error) { return &object{class: o.class}, nil }

// PyNew implements types.PyNewable.
func (o *object) PyNew(...any) (any, error) { return &object{class: o.class}, nil }

// PySetState implements types.PyStateSettable: the attributes by name, or these and
// those of slots.
func (o *object) PySetState(state any) error {
	list, _ := entries(state)
	if both, ok := state.(*types.Tuple); ok && both.Len() == 2 {
		list, _ = entries(both.Get(0))
		slots, _ := entries(both.Get(1))
		list = append(list, slots...)
	}
	o.attributes = append(o.attributes, list...)
	return nil
}

// Set implements types.DictSetter.
func (o *object) Set(key, value any) { o.items.Set(key, value) }

// Append implements types.ListAppender. It keeps nothing.
func (o *object) Append(any) {}

// entries returns those of a dict of any kind.
func entries(v any) ([]types.DictEntry, bool) {
	switch d := v.(type) {
	case *types.Dict:
		return *d, true
	case *types.OrderedDict:
		var list []types.DictEntry
		for e := d.List.Front(); e != nil; e = e.Next() {
			entry := e.Value.(*types.OrderedDictEntry)
			list = append(list, types.DictEntry{Key: entry.Key, Value: entry.Value})
		}
		return list, true
	case *object: // a class of dicts
		return d.items, len(d.items) > 0
	}
	return nil, false
}

// plain returns what is plain in a dict, or in the attributes of an object.
func plain(v any) map[string]any {
	list, ok := entries(v)
	if o, is := v.(*object); is && !ok {
		list, ok = o.attributes, true
	}
	if !ok {
		return nil
	}
	values := make(map[string]any)
	for _, e := range list {
		if key, ok := e.Key.(string); ok {
			switch e.Value.(type) {
			case bool, int, float64, string:
				values[key] = e.Value
			}
		}
	}
	return values
}

// kind names what a value is, for an error.
func kind(v any) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case bool, int, float64:
		return fmt.Sprintf("the value %v", v)
	case string:
		return "a text"
	case *tensor:
		return "a tensor"
	case *types.Tuple:
		return "a tuple"
	case *types.List:
		return "a list"
	case *object:
		return fmt.Sprintf("an object of %.80q, which would have to be run", v.class)
	}
	if _, ok := entries(v); ok {
		return "a dict"
	}
	return fmt.Sprintf("a %T", v)
}

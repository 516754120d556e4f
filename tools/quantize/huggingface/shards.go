package huggingface

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"vitrine/tools/quantize/checkpoint"
)

// indexEnd is how the name of an index ends.
const indexEnd = ".index.json"

// shards reads the tensors of all files that the index names.
func (o Options) shards(model *checkpoint.Model, files fs.FS, index string) ([]checkpoint.Stored, error) {
	data, err := checkpoint.ReadText(files, index)
	if err != nil {
		return nil, err
	}
	places, err := parseIndex(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", index, err)
	}
	var all []checkpoint.Stored
	found := make(map[string]string) // the shard that each tensor is in
	for _, shard := range slices.Compact(slices.Sorted(maps.Values(places))) {
		stored, err := o.Tensors(model, files, shard)
		if err != nil {
			return nil, fmt.Errorf("shard %s: %w", shard, err)
		}
		for _, t := range stored {
			if other, ok := found[t.Name]; ok {
				return nil, fmt.Errorf("tensor %q is in %s and in %s, want it once", t.Name, other, shard)
			}
			if _, ok := places[t.Name]; !ok {
				return nil, fmt.Errorf("tensor %q is in %s, but not in %s: the files are not of one model", t.Name, shard, index)
			}
			found[t.Name] = shard
		}
		all = append(all, stored...)
	}
	for _, name := range slices.Sorted(maps.Keys(places)) {
		switch shard, ok := found[name]; {
		case !ok:
			return nil, fmt.Errorf("tensor %q is not in %s, where %s says it is", name, places[name], index)
		case shard != places[name]:
			return nil, fmt.Errorf("tensor %q is in %s, but %s says %s: the files are swapped or not of one model", name, shard, index, places[name])
		}
	}
	return all, nil
}

// parseIndex returns the name of the file that each tensor is in.
func parseIndex(data []byte) (map[string]string, error) {
	var file struct {
		Places json.RawMessage `json:"weight_map"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(file.Places))
	if t, err := d.Token(); err != nil && err != io.EOF {
		return nil, fmt.Errorf("weight_map: %w", err)
	} else if t != json.Delim('{') {
		return nil, fmt.Errorf("weight_map: got %v, want an object: tensor name, file name", t)
	}
	places := make(map[string]string)
	for d.More() { // token by token: a map would hide a name that comes twice
		key, err := d.Token()
		if err != nil {
			return nil, fmt.Errorf("weight_map: %w", err)
		}
		name := key.(string) // the decoder takes nothing else here
		var shard string
		if err := d.Decode(&shard); err != nil {
			return nil, fmt.Errorf("weight_map: tensor %q: %w", name, err)
		}
		if other, ok := places[name]; ok {
			return nil, fmt.Errorf("weight_map: tensor %q is in %q and in %q, want it once", name, other, shard)
		}
		if !fs.ValidPath(shard) || shard == "." || strings.ContainsAny(shard, `/\:`) || strings.HasSuffix(shard, indexEnd) {
			return nil, fmt.Errorf("weight_map: tensor %q: got %q, want the name of a file beside the index", name, shard)
		}
		places[name] = shard
	}
	if len(places) == 0 {
		return nil, fmt.Errorf("weight_map: got no tensor, want those of the model")
	}
	return places, nil
}

package huggingface

import (
	"bytes"
	"encoding/json"
	"errors"
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

// shards reads the tensors of all files that the index names. The files are believed
// where the index is stale: what it names and they do not have is Absent.
func (o Options) shards(model *checkpoint.Model, files fs.FS, index string) ([]checkpoint.Stored, error) {
	data, err := checkpoint.ReadUpTo(files, index, checkpoint.MaxIndex)
	if err != nil {
		return nil, err
	}
	places, err := parseIndex(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", index, err)
	}
	var all []checkpoint.Stored
	found := make(map[string]int)      // the place of each tensor in all
	shardOf := make(map[string]string) // the shard that each tensor is in
	missing := make(map[string]error)  // shards that are not there
	stale := make(map[string]bool)     // tensors that are not where the index says
	for _, shard := range slices.Compact(slices.Sorted(maps.Values(places))) {
		stored, err := o.Tensors(model, files, shard)
		if errors.Is(err, fs.ErrNotExist) {
			missing[shard] = fmt.Errorf("shard %q: %w", shard, err)
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("shard %q: %w", shard, err)
		}
		for _, t := range stored {
			stale[t.Name] = places[t.Name] != shard
			other, ok := shardOf[t.Name]
			switch {
			case !ok:
				shardOf[t.Name], found[t.Name] = shard, len(all)
				all = append(all, t)
			case places[t.Name] == shard:
				shardOf[t.Name], all[found[t.Name]] = shard, t
			case places[t.Name] != other:
				return nil, fmt.Errorf("tensor %q is in %q and in %q, want it once, or in %s which of them it is in", t.Name, other, shard, index)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(places)) {
		if _, ok := found[name]; ok {
			continue
		}
		stale[name] = true
		err, ok := missing[places[name]]
		if !ok {
			err = fmt.Errorf("tensor %q is not in %q, where %s says it is", name, places[name], index)
		}
		all = append(all, checkpoint.Stored{Name: name, Err: err, Absent: true})
	}
	maps.DeleteFunc(stale, func(_ string, is bool) bool { return !is })
	if len(stale) > 0 {
		model.Notes = append(model.Notes, fmt.Sprintf("%s is stale, and the files are believed: it does not say where they have %s", index, checkpoint.Listed(slices.Sorted(maps.Keys(stale)))))
	}
	return all, nil
}

// hasShards reports whether any file that the index names is there. Of an index that
// cannot be read it is left to the reader to say so.
func hasShards(files fs.FS, index string) bool {
	data, err := checkpoint.ReadUpTo(files, index, checkpoint.MaxIndex)
	if err != nil {
		return true
	}
	places, err := parseIndex(data)
	if err != nil {
		return true
	}
	for _, shard := range slices.Compact(slices.Sorted(maps.Values(places))) {
		if _, err := fs.Stat(files, shard); err == nil {
			return true
		}
	}
	return false
}

// parseIndex returns the name of the file that each tensor is in.
func parseIndex(data []byte) (map[string]string, error) {
	var file struct {
		Places json.RawMessage `json:"weight_map"`
	}
	if err := checkpoint.Unmarshal(data, &file); err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(file.Places))
	if t, err := d.Token(); err != nil && err != io.EOF {
		return nil, fmt.Errorf("weight_map: %w", err)
	} else if t != json.Delim('{') {
		return nil, fmt.Errorf("weight_map: got %.80v, want an object: tensor name, file name", t)
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

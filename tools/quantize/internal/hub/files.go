package hub

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"vitrine/tools/quantize/checkpoint"
	"vitrine/tools/quantize/huggingface"
)

// describing are the files beside the weights that the converter reads. A model may
// lack all but the first.
var describing = []string{
	"config.json", "README.md",
	"tokenizer.json", "tokenizer_config.json", "vocab.json", "merges.txt", "added_tokens.json", "special_tokens_map.json",
}

const indexSuffix = ".index.json"

// shardPattern is a file name in the same directory, and on every system.
var shardPattern = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]*\.(safetensors|bin)$`)

const (
	maxDescribing = 64 << 20 // bytes of a file that is not weights; the largest tokenizers have 20 MB
	maxWeights    = 1 << 44  // bytes of a weights file: keeps sums of sizes within int64
)

// chooseWeights returns the first form that weights come in, "" if there is none.
func chooseWeights(has func(name string) bool) string {
	if i := slices.IndexFunc(huggingface.Weights, has); i >= 0 {
		return huggingface.Weights[i]
	}
	return ""
}

// shards returns the names of the files that the index in dir lists, sorted; none if
// weights is not an index.
func shards(dir, weights string) ([]string, error) {
	if !strings.HasSuffix(weights, indexSuffix) {
		return nil, nil
	}
	data, err := checkpoint.ReadUpTo(os.DirFS(dir), weights, checkpoint.MaxIndex)
	if err != nil {
		return nil, err
	}
	var index struct {
		Files map[string]string `json:"weight_map"` // by tensor
	}
	if err := checkpoint.Unmarshal(data, &index); err != nil {
		return nil, fmt.Errorf("%s: %w", weights, err)
	}
	var names []string
	for tensor, name := range index.Files {
		if !shardPattern.MatchString(name) {
			return nil, fmt.Errorf("%s: tensor %.80q: got the file %.80q, want a name in the same directory that ends in .safetensors or .bin", weights, tensor, name)
		}
		names = append(names, name)
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s: got no tensors in weight_map, want the file of each", weights)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

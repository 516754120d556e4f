package huggingface

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"vitrine/tools/quantize/checkpoint"
)

// endOfText is the token that GPT-2 begins and ends texts with.
const endOfText = "<|endoftext|>"

// vocabulary is what the tokenizer files say, in either of their two forms.
type vocabulary struct {
	ids    map[string]int
	merges []string
	added  []addedToken
}

// addedToken is a token that text is split at before any merging.
type addedToken struct {
	ID      int    `json:"id"`
	Text    string `json:"content"`
	Special bool   `json:"special"`
}

// readVocabulary reads tokenizer.json, which says more, or vocab.json and
// merges.txt.
func readVocabulary(dir fs.FS) (*vocabulary, error) {
	data, err := fs.ReadFile(dir, "tokenizer.json")
	if err == nil {
		v, err := parseTokenizer(data)
		if err != nil {
			return nil, fmt.Errorf("tokenizer.json: %w", err)
		}
		return v, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	v := new(vocabulary)
	if err := readJSON(dir, "vocab.json", &v.ids); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("got neither tokenizer.json nor vocab.json, want the tokenizer of the model beside its weights")
	} else if err != nil {
		return nil, err
	}
	if data, err = fs.ReadFile(dir, "merges.txt"); err != nil {
		return nil, fmt.Errorf("vocab.json needs merges.txt beside it: %w", err)
	}
	v.merges = parseMerges(string(data))
	v.added, err = readAdded(dir)
	return v, err
}

// parseTokenizer reads tokenizer.json.
func parseTokenizer(data []byte) (*vocabulary, error) {
	var file struct {
		Added        []addedToken    `json:"added_tokens"`
		Normalizer   json.RawMessage `json:"normalizer"`
		PreTokenizer struct {
			Type        string `json:"type"`
			PrefixSpace bool   `json:"add_prefix_space"`
		} `json:"pre_tokenizer"`
		Model struct {
			Type   *string           `json:"type"`
			IDs    map[string]int    `json:"vocab"`
			Merges []json.RawMessage `json:"merges"`
		} `json:"model"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, err
	}
	const hint = "only GPT-2's byte-level BPE can be converted"
	switch {
	case or(file.Model.Type, "BPE") != "BPE":
		return nil, fmt.Errorf("model.type: got %q, want BPE: %s", *file.Model.Type, hint)
	case file.PreTokenizer.Type != "ByteLevel":
		return nil, fmt.Errorf("pre_tokenizer.type: got %q, want ByteLevel: %s", file.PreTokenizer.Type, hint)
	case file.PreTokenizer.PrefixSpace:
		return nil, fmt.Errorf("pre_tokenizer.add_prefix_space: got true, want false: %s", hint)
	case len(file.Normalizer) > 0 && string(file.Normalizer) != "null":
		return nil, fmt.Errorf("normalizer: got %.60s, want null: %s", file.Normalizer, hint)
	}
	v := &vocabulary{ids: file.Model.IDs, added: file.Added}
	for i, raw := range file.Model.Merges {
		merge, err := parseMerge(raw)
		if err != nil {
			return nil, fmt.Errorf("merge %d: %w", i, err)
		}
		v.merges = append(v.merges, merge)
	}
	return v, nil
}

// parseMerge reads "left right" or, from newer files, ["left", "right"].
func parseMerge(raw json.RawMessage) (string, error) {
	var merge string
	if json.Unmarshal(raw, &merge) == nil {
		return merge, nil
	}
	var pair []string
	if err := json.Unmarshal(raw, &pair); err != nil || len(pair) != 2 {
		return "", fmt.Errorf("got %.60s, want two tokens", raw)
	}
	return pair[0] + " " + pair[1], nil
}

// parseMerges reads merges.txt: a version line, then one merge a line.
func parseMerges(text string) []string {
	lines := strings.Split(strings.TrimSuffix(strings.ReplaceAll(text, "\r\n", "\n"), "\n"), "\n")
	if strings.HasPrefix(lines[0], "#version") {
		lines = lines[1:]
	}
	return lines
}

// readAdded reads added_tokens.json, and from special_tokens_map.json which of
// them are special. Either may be absent.
func readAdded(dir fs.FS) ([]addedToken, error) {
	var ids map[string]int
	if err := readJSON(dir, "added_tokens.json", &ids); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var roles map[string]json.RawMessage
	if err := readJSON(dir, "special_tokens_map.json", &roles); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	special := make(map[string]bool)
	for _, raw := range roles {
		var list []json.RawMessage
		if json.Unmarshal(raw, &list) != nil {
			list = []json.RawMessage{raw}
		}
		for _, item := range list { // "text" or {"content": "text"}
			var token addedToken
			if json.Unmarshal(item, &token.Text) != nil && json.Unmarshal(item, &token) != nil {
				return nil, fmt.Errorf("special_tokens_map.json: got %.60s, want a token", item)
			}
			special[token.Text] = true
		}
	}
	var added []addedToken
	for _, text := range slices.Sorted(maps.Keys(ids)) {
		added = append(added, addedToken{ids[text], text, special[text]})
	}
	return added, nil
}

func readJSON(dir fs.FS, name string, into any) error {
	data, err := fs.ReadFile(dir, name)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// tokenizer orders the vocabulary by id, up to the size that the model has, and
// checks that it is whole. Ids after the last token are named as llama.cpp names
// them. bos and eos may be nil: then they are <|endoftext|>, if there is one.
func (v *vocabulary) tokenizer(size int, bos, eos *int) (checkpoint.Tokenizer, error) {
	t := checkpoint.Tokenizer{Tokens: make([]string, size), Types: make([]int32, size), Merges: v.merges}
	used := 0 // ids up to the largest
	set := func(text string, id int, typ int32) error {
		if id < 0 || id >= size {
			return fmt.Errorf("token %q: got id %d, want 0 to %d (vocab_size of config.json)", text, id, size-1)
		}
		if t.Types[id] != 0 && t.Tokens[id] != text {
			return fmt.Errorf("token id %d: got both %q and %q, want one", id, t.Tokens[id], text)
		}
		t.Tokens[id], t.Types[id] = text, typ
		used = max(used, id+1)
		return nil
	}
	for _, text := range slices.Sorted(maps.Keys(v.ids)) {
		if err := set(text, v.ids[text], checkpoint.Normal); err != nil {
			return t, err
		}
	}
	for _, a := range v.added {
		typ := int32(checkpoint.UserDefined)
		if a.Special {
			typ = checkpoint.Control
		}
		if err := set(a.Text, a.ID, typ); err != nil {
			return t, err
		}
	}
	for id := range size {
		if t.Types[id] != 0 {
			continue
		}
		if id < used {
			return t, fmt.Errorf("token id %d: got no token, want one for every id up to %d", id, used-1)
		}
		t.Tokens[id], t.Types[id] = fmt.Sprintf("[PAD%d]", id), checkpoint.Unused
	}
	end := slices.Index(t.Tokens, endOfText)
	t.BOS, t.EOS = or(bos, end), or(eos, end)
	for key, id := range map[string]int{"bos_token_id": t.BOS, "eos_token_id": t.EOS} {
		if id < -1 || id >= used {
			return t, fmt.Errorf("%s of config.json: got %d, want 0 to %d", key, id, used-1)
		}
		if id >= 0 {
			t.Types[id] = checkpoint.Control
		}
	}
	return t, v.checkMerges()
}

// checkMerges makes sure that every merge joins two tokens into a third.
func (v *vocabulary) checkMerges() error {
	for i, merge := range v.merges {
		left, right, ok := strings.Cut(merge, " ")
		if !ok || left == "" || right == "" || strings.Contains(right, " ") {
			return fmt.Errorf("merge %d: got %q, want two tokens and one space between them", i+1, merge)
		}
		for _, token := range []string{left, right, left + right} {
			if _, ok := v.ids[token]; !ok {
				return fmt.Errorf("merge %d, %q: token %q is not in the vocabulary", i+1, merge, token)
			}
		}
	}
	return nil
}

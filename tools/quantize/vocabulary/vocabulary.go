// Package vocabulary reads the vocabulary of a byte-level BPE tokenizer from the
// files that transformers writes.
package vocabulary

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"

	"vitrine/tools/quantize/checkpoint"
)

// endOfText is the token that GPT-2 begins and ends texts with.
const endOfText = "<|endoftext|>"

// Vocabulary is what the tokenizer files say, in either of their two forms.
type Vocabulary struct {
	ids    map[string]int
	merges []string
	added  []addedToken
}

// GPT2 makes the vocabulary of GPT-2 from its tokens, as the byte-level alphabet
// writes them, in the order of their ids, and its merges; <|endoftext|> comes last.
func GPT2(tokens, merges []string) *Vocabulary {
	v := &Vocabulary{ids: make(map[string]int), merges: merges}
	for id, token := range tokens {
		v.ids[token] = id
	}
	v.added = []addedToken{{ID: len(tokens), Text: endOfText, Special: true}}
	return v
}

// addedToken is a token that text is split at before any merging.
type addedToken struct {
	ID      int    `json:"id"`
	Text    string `json:"content"`
	Special bool   `json:"special"`
}

// ErrNone is the error of Read where there are no tokenizer files.
var ErrNone = errors.New("got neither tokenizer.json nor vocab.json, want the files of the model's tokenizer")

// Read reads tokenizer.json, which says more, or vocab.json and merges.txt.
func Read(files fs.FS) (*Vocabulary, error) {
	for _, name := range []string{"tokenizer.json", "vocab.json"} {
		if _, err := fs.Stat(files, name); err == nil {
			return ReadFile(files, name)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	return nil, ErrNone
}

// ReadFile reads the named file: one in the form of tokenizer.json, or else one in
// that of vocab.json, which has merges.txt beside it.
func ReadFile(files fs.FS, name string) (*Vocabulary, error) {
	data, err := checkpoint.ReadText(files, name)
	if err != nil {
		return nil, err
	}
	if !strings.HasSuffix(name, "vocab.json") {
		v, err := parseTokenizer(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return v, nil
	}
	v := new(Vocabulary)
	if err := json.Unmarshal(data, &v.ids); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	merges := strings.TrimSuffix(name, "vocab.json") + "merges.txt"
	if data, err = checkpoint.ReadText(files, merges); err != nil {
		return nil, fmt.Errorf("%s needs %s beside it: %w", name, merges, err)
	}
	v.merges = parseMerges(string(data))
	v.added, err = readAdded(files)
	return v, err
}

// parseTokenizer reads tokenizer.json.
func parseTokenizer(data []byte) (*Vocabulary, error) {
	var file struct {
		Added        []addedToken    `json:"added_tokens"`
		Normalizer   json.RawMessage `json:"normalizer"`
		PreTokenizer struct {
			Type        string `json:"type"`
			PrefixSpace bool   `json:"add_prefix_space"`
			Regex       *bool  `json:"use_regex"`
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
	case file.Model.Type != nil && *file.Model.Type != "BPE":
		return nil, fmt.Errorf("model.type: got %q, want BPE: %s", *file.Model.Type, hint)
	case file.PreTokenizer.Type != "ByteLevel":
		return nil, fmt.Errorf("pre_tokenizer.type: got %q, want ByteLevel: %s", file.PreTokenizer.Type, hint)
	case file.PreTokenizer.PrefixSpace:
		return nil, fmt.Errorf("pre_tokenizer.add_prefix_space: got true, want false: %s", hint)
	case file.PreTokenizer.Regex != nil && !*file.PreTokenizer.Regex:
		return nil, fmt.Errorf("pre_tokenizer.use_regex: got false, want true: %s", hint)
	case len(file.Normalizer) > 0 && string(file.Normalizer) != "null":
		return nil, fmt.Errorf("normalizer: got %.60s, want null: %s", file.Normalizer, hint)
	}
	v := &Vocabulary{ids: file.Model.IDs, added: file.Added}
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

// readAdded reads added_tokens.json, or added_tokens_decoder of tokenizer_config.json
// where newer files have them, and from special_tokens_map.json which of them are
// special. Each may be absent.
func readAdded(files fs.FS) ([]addedToken, error) {
	var config struct {
		PrefixSpace bool                  `json:"add_prefix_space"`
		Added       map[string]addedToken `json:"added_tokens_decoder"`
	}
	if err := readJSON(files, "tokenizer_config.json", &config); err != nil {
		return nil, err
	}
	if config.PrefixSpace {
		return nil, fmt.Errorf("tokenizer_config.json: add_prefix_space: got true, want false: only GPT-2's byte-level BPE can be converted")
	}
	var added []addedToken
	for _, text := range slices.Sorted(maps.Keys(config.Added)) {
		token := config.Added[text]
		id, err := strconv.Atoi(text)
		if err != nil {
			return nil, fmt.Errorf("tokenizer_config.json: added_tokens_decoder: got %.60q, want a token id", text)
		}
		token.ID = id
		added = append(added, token)
	}
	var ids map[string]int
	if err := readJSON(files, "added_tokens.json", &ids); err != nil {
		return nil, err
	}
	var roles map[string]json.RawMessage
	if err := readJSON(files, "special_tokens_map.json", &roles); err != nil {
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
	for _, text := range slices.Sorted(maps.Keys(ids)) {
		if !slices.ContainsFunc(added, func(a addedToken) bool { return a.ID == ids[text] && a.Text == text }) {
			added = append(added, addedToken{ID: ids[text], Text: text, Special: special[text]})
		}
	}
	return added, nil
}

// readJSON reads a file that may be absent.
func readJSON(files fs.FS, name string, into any) error {
	data, err := checkpoint.ReadText(files, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// AddTo gives the model its tokenizer, as large as Config.Vocabulary, the rows of the
// token table, of which some may be beyond the last token. bos and eos may be nil:
// then they are <|endoftext|>, if there is one.
func (v *Vocabulary) AddTo(model *checkpoint.Model, bos, eos *int) error {
	rows := model.Config.Vocabulary
	var err error
	if model.Tokenizer, err = v.tokenizer(rows, bos, eos); err != nil {
		return fmt.Errorf("tokenizer: %w", err)
	}
	if used := v.size(); rows > used {
		model.Notes = append(model.Notes, fmt.Sprintf("the token table has %d rows for %d tokens: the rows beyond are kept, as unused tokens", rows, used))
	}
	return nil
}

// size is the number of ids, up to the largest.
func (v *Vocabulary) size() int {
	size := 0
	for _, id := range v.ids {
		size = max(size, id+1)
	}
	for _, a := range v.added {
		size = max(size, a.ID+1)
	}
	return size
}

// tokenizer orders the vocabulary by id, up to the size that the model has, and
// checks that it is whole. Ids after the last token are named as llama.cpp names
// them.
func (v *Vocabulary) tokenizer(size int, bos, eos *int) (checkpoint.Tokenizer, error) {
	t := checkpoint.Tokenizer{Tokens: make([]string, size), Types: make([]int32, size), Merges: v.merges}
	used := 0 // ids up to the largest
	set := func(text string, id int, typ int32) error {
		if id < 0 || id >= size {
			return fmt.Errorf("token %q: got id %d, want 0 to %d: the tokenizer is of another model, or the model's vocabulary is smaller", text, id, size-1)
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
	for _, role := range []struct {
		key   string
		given *int
		id    *int
	}{{"bos_token_id", bos, &t.BOS}, {"eos_token_id", eos, &t.EOS}} {
		*role.id = end
		if role.given != nil {
			*role.id = *role.given
		}
		if *role.id < -1 || *role.id >= used {
			return t, fmt.Errorf("%s of config.json: got %d, want 0 to %d", role.key, *role.id, used-1)
		}
		if *role.id >= 0 {
			t.Types[*role.id] = checkpoint.Control
		}
	}
	return t, v.checkMerges()
}

// checkMerges makes sure that every merge joins two tokens into a third.
func (v *Vocabulary) checkMerges() error {
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

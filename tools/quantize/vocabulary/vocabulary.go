// Package vocabulary reads the vocabulary of a byte-level BPE tokenizer from the
// files that transformers writes, and how it makes ids of a text.
package vocabulary

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"vitrine/tools/quantize/checkpoint"
)

// endOfText is the token that GPT-2 begins and ends texts with.
const endOfText = "<|endoftext|>"

// Vocabulary is what the tokenizer files say, in either of their two forms.
type Vocabulary struct {
	ids    map[string]int
	merges []string
	added  []addedToken
	roles  map[string]string // "bos_token" and so on: the text of the token
	rules  rules
}

// GPT2 makes the vocabulary of GPT-2 from its tokens, as the byte-level alphabet
// writes them, in the order of their ids, and its merges; <|endoftext|> comes last.
func GPT2(tokens, merges []string) *Vocabulary {
	v := &Vocabulary{ids: make(map[string]int), merges: merges, rules: rules{splits: []string{"gpt-2"}}}
	for id, token := range tokens {
		v.ids[token] = id
	}
	v.added = []addedToken{{ID: len(tokens), Text: endOfText, Special: true}}
	return v
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
// that of vocab.json, which has merges.txt beside it. What tokenizer_config.json,
// special_tokens_map.json and added_tokens.json say is added to it.
func ReadFile(files fs.FS, name string) (*Vocabulary, error) {
	data, err := readText(files, name)
	if err != nil {
		return nil, err
	}
	var v *Vocabulary
	slow := strings.HasSuffix(name, "vocab.json")
	if slow {
		v, err = readSlow(files, name, data)
	} else if v, err = parseTokenizer(data); err != nil {
		err = fmt.Errorf("%s: %w", name, err)
	}
	if err != nil {
		return nil, err
	}
	return v, v.readConfig(files, slow)
}

// readSlow reads data, a vocab.json, and the merges.txt beside it.
func readSlow(files fs.FS, name string, data []byte) (*Vocabulary, error) {
	v := &Vocabulary{rules: rules{splits: []string{"gpt-2"}}}
	if err := json.Unmarshal(data, &v.ids); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	merges := strings.TrimSuffix(name, "vocab.json") + "merges.txt"
	data, err := readText(files, merges)
	if err != nil {
		return nil, fmt.Errorf("%s needs %s beside it: %w", name, merges, err)
	}
	v.merges = parseMerges(string(data))
	return v, nil
}

// readText reads a file of text, without a byte order mark.
func readText(files fs.FS, name string) ([]byte, error) {
	data, err := checkpoint.ReadText(files, name)
	return bytes.TrimPrefix(data, []byte("\ufeff")), err
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

// parseMerges reads merges.txt: a version line, then one merge a line. Lines with
// nothing in them, as editors leave them at the end, are none.
func parseMerges(text string) []string {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	if strings.HasPrefix(lines[0], "#version") {
		lines = lines[1:]
	}
	return slices.DeleteFunc(lines, func(line string) bool { return strings.TrimSpace(line) == "" })
}

// AddTo gives the model its tokenizer, as large as Config.Vocabulary, the rows of the
// token table, of which some may be beyond the last token. bos and eos are the
// ids that config.json gives, of which the first that a token has is taken, or -1 for
// none; without one they are those of the tokenizer's files, or <|endoftext|>, if there
// is one.
func (v *Vocabulary) AddTo(model *checkpoint.Model, bos, eos []int) error {
	rows := model.Config.Vocabulary
	v, beyond := v.within(rows)
	if len(beyond) > 0 {
		model.Notes = append(model.Notes, fmt.Sprintf("the token table has %d rows, so tokens with larger ids are left out, which the model can neither read nor write: %s", rows, checkpoint.Listed(beyond)))
	}
	words, notes, err := v.tokenizer(rows, bos, eos)
	if err != nil {
		return fmt.Errorf("tokenizer: %w", err)
	}
	model.Tokenizer = words
	model.Notes = append(model.Notes, notes...)
	if used := v.size(); rows > used {
		model.Notes = append(model.Notes, fmt.Sprintf("the token table has %d rows for %d tokens: the rows beyond are kept, as unused tokens", rows, used))
	}
	notes, err = v.addRules(&model.Tokenizer)
	model.Notes = append(model.Notes, notes...)
	return err
}

// within returns the vocabulary without the tokens beyond the rows of the token table
// that no text leads to but by their names: added ones, such as [PAD].
func (v *Vocabulary) within(rows int) (in *Vocabulary, beyond []string) {
	in = &Vocabulary{ids: maps.Clone(v.ids), merges: v.merges, roles: v.roles, rules: v.rules}
	made := make(map[string]bool) // by a merge, or part of one
	for _, merge := range v.merges {
		left, right, _ := strings.Cut(merge, " ")
		made[left], made[right], made[left+right] = true, true, true
	}
	out := make(map[string]bool)
	maps.DeleteFunc(in.ids, func(text string, id int) bool {
		if id < rows || made[text] || utf8.RuneCountInString(text) == 1 {
			return false
		}
		out[strconv.Quote(text)] = true
		return true
	})
	for _, a := range v.added {
		if a.ID < rows {
			in.added = append(in.added, a)
		} else {
			out[strconv.Quote(a.Text)] = true
		}
	}
	return in, slices.Sorted(maps.Keys(out))
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
func (v *Vocabulary) tokenizer(size int, bos, eos []int) (t checkpoint.Tokenizer, notes []string, err error) {
	t = checkpoint.Tokenizer{Tokens: make([]string, size), Types: make([]int32, size), Merges: v.merges}
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
			return t, nil, err
		}
	}
	for _, a := range v.added {
		if id, ok := v.ids[a.Text]; ok && id != a.ID {
			return t, nil, fmt.Errorf("token %.60q: got the ids %d and %d, want one", a.Text, id, a.ID)
		}
		typ := int32(checkpoint.UserDefined)
		if a.Special {
			typ = checkpoint.Control
		}
		if err := set(a.Text, a.ID, typ); err != nil {
			return t, nil, err
		}
	}
	for id := range size {
		if t.Types[id] != 0 {
			continue
		}
		if id < used {
			return t, nil, fmt.Errorf("token id %d: got no token, want one for every id up to %d", id, used-1)
		}
		t.Tokens[id], t.Types[id] = fmt.Sprintf("[PAD%d]", id), checkpoint.Unused
	}
	for _, role := range []struct {
		key   string
		given []int
		id    *int
	}{{"bos_token_id", bos, &t.BOS}, {"eos_token_id", eos, &t.EOS}} {
		*role.id = slices.Index(t.Tokens, cmp.Or(v.roles[strings.TrimSuffix(role.key, "_id")], endOfText))
		first := slices.IndexFunc(role.given, func(id int) bool { return -1 <= id && id < used })
		if first >= 0 {
			*role.id = role.given[first]
		}
		switch {
		case first < 0 && len(role.given) > 0:
			notes = append(notes, fmt.Sprintf("%s of config.json is passed over: got %s, want 0 to %d, a token of the vocabulary", role.key, ids(role.given), used-1))
		case len(role.given) > 1:
			notes = append(notes, fmt.Sprintf("%s of config.json has several ids, %s: %d is taken", role.key, ids(role.given), *role.id))
		}
	}
	return t, notes, v.checkMerges()
}

// ids writes a list for people.
func ids(list []int) string {
	var texts []string
	for _, id := range list {
		texts = append(texts, strconv.Itoa(id))
	}
	return checkpoint.Listed(texts)
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

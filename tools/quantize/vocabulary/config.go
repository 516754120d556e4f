package vocabulary

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
)

// addedToken is a token that text is split at before any merging.
type addedToken struct {
	ID         int    `json:"id"`
	Text       string `json:"content"`
	Special    bool   `json:"special"`
	SingleWord bool   `json:"single_word"`
	Lstrip     bool   `json:"lstrip"`
	Rstrip     bool   `json:"rstrip"`
	Normalized *bool  `json:"normalized"` // nil: where it is not special
}

// normalized reports whether the token is looked for after normalizing.
func (a addedToken) normalized() bool {
	if a.Normalized == nil {
		return !a.Special
	}
	return *a.Normalized
}

// config is what tokenizer_config.json says that changes ids.
type config struct {
	Class       string                `json:"tokenizer_class"`
	PrefixSpace *bool                 `json:"add_prefix_space"`
	AddBOS      *bool                 `json:"add_bos_token"`
	AddEOS      *bool                 `json:"add_eos_token"`
	Added       map[string]addedToken `json:"added_tokens_decoder"`

	SplitSpecial bool `json:"split_special_tokens"`
	LowerCase    bool `json:"do_lower_case"`
	NoAccents    bool `json:"do_lowercase_and_remove_accent"`
	RemoveSpace  bool `json:"remove_space"`
}

// Classes of transformers that add nothing to the files of a GPT-2 tokenizer; gpt2Classes
// end a text with <|endoftext|> where the files name no other token. ownTokens put
// tokens around a text that no file names.
var (
	gpt2Classes = []string{"", "GPT2Tokenizer", "GPT2TokenizerFast"}
	plain       = []string{"PreTrainedTokenizerFast", "PreTrainedTokenizer", "TokenizersBackend"}
	ownTokens   = []string{"LlamaTokenizer", "LlamaTokenizerFast", "CodeLlamaTokenizer", "CodeLlamaTokenizerFast", "GemmaTokenizer", "GemmaTokenizerFast", "CohereTokenizer", "CohereTokenizerFast"}
)

// check refuses by name what is not obeyed.
func (c config) check(slow bool) error {
	for _, key := range []struct {
		name string
		is   bool
	}{
		{"split_special_tokens", c.SplitSpecial}, {"do_lower_case", c.LowerCase}, {"do_lowercase_and_remove_accent", c.NoAccents}, {"remove_space", c.RemoveSpace},
	} {
		if key.is {
			return fmt.Errorf("%s: got true, want false: %s", key.name, hint)
		}
	}
	if slow && !slices.Contains(gpt2Classes, c.Class) && !slices.Contains(plain, c.Class) || slices.Contains(ownTokens, c.Class) {
		return fmt.Errorf("tokenizer_class: got %.60q, want GPT2Tokenizer: that class reads the files in a way of its own: save the tokenizer as a PreTrainedTokenizerFast, with tokenizer.json", c.Class)
	}
	return nil
}

// readConfig adds what the files beside the vocabulary say, each of which may be absent.
// What tokenizer_config.json says comes first, as in transformers.
func (v *Vocabulary) readConfig(files fs.FS, slow bool) error {
	const name, mapName, addedName = "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"
	var c config
	roles, special := make(map[string]json.RawMessage), make(map[string]json.RawMessage)
	var added map[string]int
	for _, file := range []struct {
		name string
		into any
	}{{name, &c}, {name, &roles}, {mapName, &special}, {addedName, &added}} {
		if err := readJSON(files, file.name, file.into); err != nil {
			return err
		}
	}
	if err := c.check(slow); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := v.addDecoder(c.Added); err != nil {
		return fmt.Errorf("%s: added_tokens_decoder: %w", name, err)
	}
	named := make(map[string]bool)
	tokens, err := v.readRoles(roles)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	more, err := v.readRoles(special)
	if err != nil {
		return fmt.Errorf("%s: %w", mapName, err)
	}
	tokens = append(tokens, more...)
	for _, token := range tokens {
		named[token.Text] = true
	}
	for _, text := range slices.SortedFunc(maps.Keys(added), func(a, b string) int { return cmp.Or(added[a]-added[b], cmp.Compare(a, b)) }) {
		if text == "" {
			return fmt.Errorf("%s: got a token without text", addedName)
		}
		v.addNew(addedToken{ID: added[text], Text: text, Special: named[text]})
	}
	for _, token := range tokens {
		token.ID = v.idOf(token.Text)
		v.addNew(token)
	}
	if slices.Contains(gpt2Classes, c.Class) {
		if id, ok := v.ids[endOfText]; ok {
			v.addNew(addedToken{ID: id, Text: endOfText, Special: true})
		}
	}
	if c.PrefixSpace != nil && !v.rules.sequence {
		v.rules.prefixSpace = *c.PrefixSpace
	}
	for _, end := range []struct {
		key, role string
		add       *bool
		ids       *[]int
	}{{"add_bos_token", "bos_token", c.AddBOS, &v.rules.before}, {"add_eos_token", "eos_token", c.AddEOS, &v.rules.after}} {
		if err := v.addEnd(end.add, end.role, end.ids); err != nil {
			return fmt.Errorf("%s: %s: %w", name, end.key, err)
		}
	}
	return nil
}

// addDecoder adds the tokens of added_tokens_decoder. What it says of a token takes the
// place of what tokenizer.json says.
func (v *Vocabulary) addDecoder(tokens map[string]addedToken) error {
	ids := make(map[int]string)
	for text, token := range tokens {
		id, err := strconv.Atoi(text)
		if err != nil {
			return fmt.Errorf("got %.60q, want a token id", text)
		}
		if token.Text == "" {
			return fmt.Errorf("%d: got no content, want a text", id)
		}
		ids[id] = text
	}
	for _, id := range slices.Sorted(maps.Keys(ids)) {
		token := tokens[ids[id]]
		token.ID = id
		if at := v.addedAt(token.Text); at >= 0 && v.added[at].ID == id {
			v.added[at] = token
		} else {
			v.added = append(v.added, token)
		}
	}
	return nil
}

func (v *Vocabulary) addedAt(text string) int {
	return slices.IndexFunc(v.added, func(a addedToken) bool { return a.Text == text })
}

// addNew adds a token unless one of that text is there.
func (v *Vocabulary) addNew(token addedToken) {
	if v.addedAt(token.Text) < 0 {
		v.added = append(v.added, token)
	}
}

// idOf returns the id of a token, or of one that is new the next.
func (v *Vocabulary) idOf(text string) int {
	if id, ok := v.ids[text]; ok {
		return id
	}
	if at := v.addedAt(text); at >= 0 {
		return v.added[at].ID
	}
	return v.size()
}

// roleKeys name the tokens that transformers adds as special ones.
var roleKeys = []string{"bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token", "additional_special_tokens", "extra_special_tokens"}

// readRoles returns the tokens that an object of JSON names, in the order of
// transformers, and keeps those of which nothing is kept yet in v.roles.
func (v *Vocabulary) readRoles(roles map[string]json.RawMessage) ([]addedToken, error) {
	if v.roles == nil {
		v.roles = make(map[string]string)
	}
	var tokens []addedToken
	for _, key := range roleKeys {
		if _, ok := v.roles[key]; ok {
			continue
		}
		raw, ok := roles[key]
		if !ok || string(raw) == "null" {
			continue
		}
		list := []json.RawMessage{raw}
		var byName map[string]json.RawMessage
		if json.Unmarshal(raw, &list) != nil && key == "extra_special_tokens" && json.Unmarshal(raw, &byName) == nil {
			list = nil
			for _, name := range slices.Sorted(maps.Keys(byName)) {
				list = append(list, byName[name])
			}
		} else if len(list) == 0 && raw[0] != '[' {
			list = []json.RawMessage{raw}
		}
		for _, item := range list {
			token, err := parseRole(item)
			if err != nil {
				return nil, err
			}
			v.roles[key] = token.Text
			tokens = append(tokens, token)
		}
	}
	return tokens, nil
}

// parseRole reads "text" or {"content": "text", ...}.
func parseRole(raw json.RawMessage) (addedToken, error) {
	var token addedToken
	if json.Unmarshal(raw, &token.Text) != nil && json.Unmarshal(raw, &token) != nil || token.Text == "" {
		return token, fmt.Errorf("got %.60s, want a token", raw)
	}
	token.Special = true
	return token, nil
}

// addEnd puts the token of a role around each text where add says so.
func (v *Vocabulary) addEnd(add *bool, role string, ids *[]int) error {
	switch {
	case add == nil:
		return nil
	case !*add && len(*ids) > 0:
		return fmt.Errorf("got false, but the post_processor of tokenizer.json puts a token there: make the two files agree")
	case !*add || len(*ids) > 0:
		return nil
	}
	text := cmp.Or(v.roles[role], endOfText)
	_, inModel := v.ids[text]
	if !inModel && v.addedAt(text) < 0 {
		return fmt.Errorf("got true, but the vocabulary has no %s %.60q", role, text)
	}
	*ids = []int{v.idOf(text)}
	return nil
}

// readJSON reads a file that may be absent.
func readJSON(files fs.FS, name string, into any) error {
	data, err := readText(files, name)
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

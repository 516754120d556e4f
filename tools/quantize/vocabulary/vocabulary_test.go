package vocabulary

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"vitrine/core/tokenizer"
	"vitrine/tools/quantize/checkpoint"
	"vitrine/tools/quantize/convert"
)

// Ids of the vocabulary that the tests have beside the 256 bytes.
const firstAdded = 258 // after "ab" and "Ġa"

// letters has the bytes, by their values, and two merges.
func letters() map[string]int {
	ids := map[string]int{"ab": 256, "Ġa": 257}
	for b := range 256 {
		ids[tokenizer.Written([]byte{byte(b)})] = b
	}
	return ids
}

// parts are keys of tokenizer.json.
type parts = map[string]any

// fast is a tokenizer.json with some added tokens, of which each is a text and flags.
func fast(t *testing.T, set parts, added ...string) fstest.MapFS {
	t.Helper()
	list := []parts{}
	for i, token := range added {
		text, flags, _ := strings.Cut(token, "|")
		one := parts{"id": firstAdded + i, "content": text, "special": false, "normalized": false, "lstrip": false, "rstrip": false, "single_word": false}
		for _, flag := range strings.Fields(flags) {
			one[flag] = true
		}
		list = append(list, one)
	}
	model := parts{"type": "BPE", "vocab": letters(), "merges": []string{"a b", "Ġ a"}, "ignore_merges": set["ignore_merges"] == true, "unk_token": "a"}
	file := parts{"added_tokens": list, "pre_tokenizer": parts{"type": "ByteLevel", "add_prefix_space": false}, "model": model,
		"truncation": parts{"max_length": 1}, "padding": parts{"strategy": "BatchLongest"}}
	maps.Copy(file, set)
	return fstest.MapFS{"tokenizer.json": {Data: marshal(t, file)}}
}

// slow is a vocab.json with <|endoftext|>, and merges.txt.
func slow(t *testing.T, others ...string) fstest.MapFS {
	t.Helper()
	ids := letters()
	for i, token := range append([]string{endOfText}, others...) {
		ids[token] = firstAdded + i
	}
	return fstest.MapFS{"vocab.json": {Data: marshal(t, ids)}, "merges.txt": {Data: []byte("\ufeff#version: 0.2\r\na b\r\n\r\nĠ a\r\n\r\n")}}
}

func marshal(t *testing.T, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func with(files fstest.MapFS, more ...string) fstest.MapFS {
	for i := 0; i < len(more); i += 2 {
		files[more[i]] = &fstest.MapFile{Data: []byte(more[i+1])}
	}
	return files
}

// open converts the tokenizer of a model with some rows and opens it in the engine.
func open(files fstest.MapFS, rows int) (*tokenizer.Tokenizer, *checkpoint.Model, error) {
	v, err := Read(files)
	if err != nil {
		return nil, nil, err
	}
	model := &checkpoint.Model{Config: checkpoint.Config{Vocabulary: rows}}
	if err := v.AddTo(model, nil, nil); err != nil {
		return nil, nil, err
	}
	tok, err := tokenizer.New(convert.Metadata(model, convert.Options{}))
	return tok, model, err
}

// written names ids: the characters of bytes, numbers of others.
func written(ids []int) string {
	var b strings.Builder
	for _, id := range ids {
		if id < 256 {
			b.WriteByte(byte(id))
		} else {
			fmt.Fprintf(&b, "[%d]", id)
		}
	}
	return b.String()
}

func TestIDs(t *testing.T) {
	around := func(single ...any) parts {
		return parts{"post_processor": parts{"type": "Sequence", "processors": []any{parts{"type": "ByteLevel"},
			parts{"type": "TemplateProcessing", "single": single, "special_tokens": parts{"<s>": parts{"ids": []int{258}}, "</s>": parts{"ids": []int{259}}}}}}}
	}
	special := func(id string) parts { return parts{"SpecialToken": parts{"id": id, "type_id": 0}} }
	text := parts{"Sequence": parts{"id": "A", "type_id": 0}}
	pre := func(steps ...any) parts {
		return parts{"pre_tokenizer": parts{"type": "Sequence", "pretokenizers": steps}}
	}
	bytesOnly := parts{"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}
	const gpt2 = `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
	for name, c := range map[string]struct {
		files      fstest.MapFS
		text, want string
		note       string // part of it; empty: there is none
	}{
		"plain":          {fast(t, nil, "<s>"), "ab<s> a", "[256][258][257]", ""},
		"special":        {fast(t, nil, "<s>|special"), "ab<s>", "[256][258]", ""},
		"lstrip":         {fast(t, nil, "<s>|lstrip"), "ab \n<s> a", "[256][258][257]", "lstrip"},
		"rstrip":         {fast(t, nil, "<s>|rstrip"), "ab<s> a", "[256][258]a", "rstrip"},
		"single word":    {fast(t, nil, "ab|single_word"), "ab, abc", "", "two ids"},
		"two passes":     {fast(t, nil, "<s>", "<s>x|normalized"), "<s>x", "[258]x", ""},
		"before":         {fast(t, around(special("<s>"), text), "<s>|special", "</s>|special"), "a", "[258]a", ""},
		"before, after":  {fast(t, around(special("<s>"), text, special("</s>")), "<s>|special", "</s>|special"), "a", "[258]a[259]", "after each text"},
		"two before":     {fast(t, around(special("<s>"), special("</s>"), text), "<s>|special", "</s>|special"), "a", "[258][259]a", "before each text"},
		"roberta":        {fast(t, parts{"post_processor": parts{"type": "RobertaProcessing", "cls": []any{"<s>", 258}, "sep": []any{"</s>", 259}}}, "<s>|special", "</s>|special"), "a", "[258]a[259]", "after each text"},
		"prefix space":   {fast(t, parts{"pre_tokenizer": parts{"type": "ByteLevel", "add_prefix_space": true}}, "<s>"), "a<s>a", "[257][258][257]", "add_prefix_space"},
		"no regex":       {fast(t, parts{"pre_tokenizer": bytesOnly}), "b ab", "b [256]", "split"},
		"each digit":     {fast(t, pre(parts{"type": "Digits", "individual_digits": true}, parts{"type": "ByteLevel"})), " 12", " 12", ""},
		"digits":         {fast(t, pre(parts{"type": "Digits"}, parts{"type": "ByteLevel"})), " 12", " 12", "split"},
		"split by GPT-2": {fast(t, pre(parts{"type": "Split", "pattern": parts{"Regex": gpt2}, "behavior": "Isolated", "invert": false}, bytesOnly)), "b a", "b[257]", ""},
		"lower case":     {fast(t, parts{"normalizer": parts{"type": "Sequence", "normalizers": []parts{{"type": "NFD"}, {"type": "StripAccents"}, {"type": "Lowercase"}}}}), "ÁB", "[256]", "normalizer"},
		"strip":          {fast(t, parts{"normalizer": parts{"type": "Strip", "strip_left": true, "strip_right": false}}), " b ", "b ", "normalizer"},
		"replace":        {fast(t, parts{"normalizer": parts{"type": "Replace", "pattern": parts{"String": "q"}, "content": "ab"}}), "q", "[256]", "normalizer"},
		"prepend":        {fast(t, parts{"normalizer": parts{"type": "Prepend", "prepend": "a"}}), "b", "[256]", "normalizer"},
		"null decoder":   {fast(t, parts{"decoder": nil}), "b", "b", ""},

		"slow":                        {slow(t), "ab" + endOfText + " a", "[256][258][257]", ""},
		"fast, end in the vocabulary": {with(fast(t, nil), "tokenizer_config.json", `{"eos_token": "ab"}`), "ab", "[256]", ""},
		"slow with prefix space":      {with(slow(t), "tokenizer_config.json", `{"add_prefix_space": true}`), "a", "[257]", "add_prefix_space"},
		"fast with prefix space":      {with(fast(t, nil), "tokenizer_config.json", `{"add_prefix_space": true}`), "a", "[257]", "add_prefix_space"},
		"sequence keeps its own":      {with(fast(t, pre(parts{"type": "ByteLevel"})), "tokenizer_config.json", `{"add_prefix_space": true}`), "a", "a", ""},
		"add bos":                     {with(slow(t), "tokenizer_config.json", `{"add_bos_token": true}`), "a", "[258]a", ""},
		"add bos and eos":             {with(slow(t, "<s>", "</s>"), "tokenizer_config.json", `{"add_bos_token": true, "bos_token": {"content": "<s>"}, "add_eos_token": true, "eos_token": "</s>"}`), "a</s>", "[259]a[260][260]", ""},
		"roles of the map":            {with(slow(t, "<s>", "<m>"), "special_tokens_map.json", `{"bos_token": "<s>", "mask_token": {"content": "<m>", "lstrip": true}}`), "<s>a <m>", "[259]a[260]", "lstrip"},
		"additional special tokens":   {with(slow(t, "<u>", "<v>"), "special_tokens_map.json", `{"additional_special_tokens": ["<u>", {"content": "<v>"}]}`), "<u><v>", "[259][260]", ""},
		"extra special tokens":        {with(slow(t, "<u>", "<v>"), "tokenizer_config.json", `{"extra_special_tokens": {"v": "<v>"}}`), "<u><v>", "<u>[260]", ""},
		"role that is new":            {with(slow(t), "special_tokens_map.json", `{"pad_token": "[PAD]"}`), "[PAD]", "[259]", ""},
		"added tokens":                {with(slow(t), "added_tokens.json", `{"<u>": 259}`), "<u>a", "[259]a", ""},
		"decoder of added tokens":     {with(slow(t), "tokenizer_config.json", `{"added_tokens_decoder": {"259": {"content": "<u>", "rstrip": true}}}`), "<u> a", "[259]a", "rstrip"},
		"flags of the decoder":        {with(fast(t, nil, "<s>"), "tokenizer_config.json", `{"added_tokens_decoder": {"258": {"content": "<s>", "rstrip": true, "normalized": false}}}`), "<s> a", "[258]a", "rstrip"},
		"ignore merges":               {fast(t, parts{"ignore_merges": true}), "ab", "[256]", "ignore_merges"},
	} {
		tok, model, err := open(c.files, 262)
		if c.want == "" {
			if err == nil || !strings.Contains(err.Error(), strings.ReplaceAll(c.note, "two ids", "the ids")) {
				t.Errorf("%s: got error %v, want one of %s", name, err, c.note)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := written(tok.Encode(c.text)); got != c.want {
			t.Errorf("%s: %q becomes %q, want %q", name, c.text, got, c.want)
		}
		notes := slices.DeleteFunc(model.Notes, func(note string) bool { return strings.Contains(note, "unused tokens") })
		if joined := strings.Join(notes, "; "); (c.note == "") != (joined == "") || !strings.Contains(joined, c.note) {
			t.Errorf("%s: got the notes %q, want one of %q", name, joined, c.note)
		}
	}
}

// TestBeyondTheRows: a token that the model has no row for is left out.
func TestBeyondTheRows(t *testing.T) {
	tok, model, err := open(with(slow(t), "special_tokens_map.json", `{"pad_token": "[PAD]"}`), firstAdded+1)
	if err != nil {
		t.Fatal(err)
	}
	if got := written(tok.Encode("[PAD]")); got != "[PAD]" {
		t.Errorf("got %q, want the characters", got)
	}
	if want := `the token table has 259 rows, so tokens with larger ids are left out, which the model can neither read nor write: "[PAD]"`; len(model.Notes) != 1 || !strings.Contains(model.Notes[0], want) {
		t.Errorf("got the notes %q, want %q", model.Notes, want)
	}
}

// TestDisagree: two files that say different things of the ends of a text are refused.
func TestDisagree(t *testing.T) {
	set := parts{"post_processor": parts{"type": "BertProcessing", "cls": []any{"<s>", 258}, "sep": []any{"<s>", 258}}}
	_, _, err := open(with(fast(t, set, "<s>|special"), "tokenizer_config.json", `{"add_bos_token": false}`), 262)
	if err == nil || !strings.Contains(err.Error(), "add_bos_token: got false, but the post_processor of tokenizer.json puts a token there") {
		t.Errorf("got error %v", err)
	}
}

package vocabulary

import (
	"encoding/json"
	"fmt"
	"slices"
)

// part is one object of tokenizer.json: a normalizer, a pre-tokenizer, a
// post-processor or a decoder. Each kind uses some of the fields.
type part struct {
	Type string `json:"type"`

	Normalizers   []part `json:"normalizers"`
	PreTokenizers []part `json:"pretokenizers"`
	Processors    []part `json:"processors"`
	Decoders      []part `json:"decoders"`

	StripLeft  bool   `json:"strip_left"`
	StripRight bool   `json:"strip_right"`
	Content    string `json:"content"`
	Prepend    string `json:"prepend"`
	Pattern    struct {
		String *string `json:"String"`
		Regex  *string `json:"Regex"`
	} `json:"pattern"`

	PrefixSpace bool   `json:"add_prefix_space"`
	UseRegex    *bool  `json:"use_regex"`
	EachDigit   bool   `json:"individual_digits"`
	Behavior    string `json:"behavior"`
	Invert      bool   `json:"invert"`

	Single  []templateItem             `json:"single"`
	Special map[string]templateSpecial `json:"special_tokens"`
	CLS     namedToken                 `json:"cls"`
	SEP     namedToken                 `json:"sep"`
}

type templateItem struct {
	Special *struct {
		ID string `json:"id"`
	} `json:"SpecialToken"`
	Sequence *struct {
		ID string `json:"id"`
	} `json:"Sequence"`
}

type templateSpecial struct {
	IDs []int `json:"ids"`
}

// namedToken is a token as ["text", id].
type namedToken struct{ id int }

// UnmarshalJSON implements json.Unmarshaler.
func (t *namedToken) UnmarshalJSON(data []byte) error {
	var text string
	return json.Unmarshal(data, &[]any{&text, &t.id})
}

const hint = "only a byte-level BPE as GPT-2's can be converted"

// parseTokenizer reads tokenizer.json. Its keys truncation and padding say what is
// done to ids where a program asks for it; transformers asks for neither by itself.
func parseTokenizer(data []byte) (*Vocabulary, error) {
	var file struct {
		Added         []addedToken `json:"added_tokens"`
		Normalizer    *part        `json:"normalizer"`
		PreTokenizer  *part        `json:"pre_tokenizer"`
		PostProcessor *part        `json:"post_processor"`
		Decoder       *part        `json:"decoder"`
		Model         struct {
			Type         *string           `json:"type"`
			IDs          map[string]int    `json:"vocab"`
			Merges       []json.RawMessage `json:"merges"`
			Dropout      float64           `json:"dropout"`
			Prefix       string            `json:"continuing_subword_prefix"`
			Suffix       string            `json:"end_of_word_suffix"`
			IgnoreMerges bool              `json:"ignore_merges"`
		} `json:"model"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, err
	}
	switch m := file.Model; {
	case m.Type != nil && *m.Type != "BPE":
		return nil, fmt.Errorf("model.type: got %.60q, want BPE: %s", *m.Type, hint)
	case m.Dropout != 0:
		return nil, fmt.Errorf("model.dropout: got %v, want none: with it, the ids of a text are random", m.Dropout)
	case m.Prefix != "":
		return nil, fmt.Errorf("model.continuing_subword_prefix: got %.60q, want none: %s", m.Prefix, hint)
	case m.Suffix != "":
		return nil, fmt.Errorf("model.end_of_word_suffix: got %.60q, want none: %s", m.Suffix, hint)
	}
	v := &Vocabulary{ids: file.Model.IDs, added: file.Added, rules: rules{ignoreMerges: file.Model.IgnoreMerges}}
	for i, a := range v.added {
		if a.Text == "" {
			return nil, fmt.Errorf("added_tokens[%d]: got no content, want a text", i)
		}
	}
	if err := v.rules.parse(file.Normalizer, file.PreTokenizer, file.PostProcessor, file.Decoder); err != nil {
		return nil, err
	}
	for i, raw := range file.Model.Merges {
		merge, err := parseMerge(raw)
		if err != nil {
			return nil, fmt.Errorf("merge %d: %w", i, err)
		}
		v.merges = append(v.merges, merge)
	}
	return v, nil
}

func (r *rules) parse(normalizer, pre, post, decoder *part) error {
	if normalizer != nil {
		if err := r.addNormalizer(normalizer); err != nil {
			return fmt.Errorf("normalizer%w", err)
		}
	}
	if pre == nil {
		return fmt.Errorf("pre_tokenizer: got none, want ByteLevel: %s", hint)
	}
	if err := r.setSplits(pre); err != nil {
		return fmt.Errorf("pre_tokenizer%w", err)
	}
	if post != nil {
		if err := r.addAround(post); err != nil {
			return fmt.Errorf("post_processor%w", err)
		}
	}
	if decoder != nil {
		for _, d := range flat(*decoder, func(p part) []part { return p.Decoders }) {
			if d.Type != "ByteLevel" && d.Type != "Fuse" {
				return fmt.Errorf("decoder.type: got %.60q, want ByteLevel: %s", d.Type, hint)
			}
		}
	}
	return nil
}

// flat returns the parts of a Sequence, and of those in it, or p alone.
func flat(p part, inside func(part) []part) []part {
	if p.Type != "Sequence" {
		return []part{p}
	}
	var all []part
	for _, q := range inside(p) {
		all = append(all, flat(q, inside)...)
	}
	return all
}

// normalizers has the names of core/tokenizer for those of tokenizer.json that say all.
var normalizers = map[string]string{
	"NFC": "nfc", "NFD": "nfd", "NFKC": "nfkc", "NFKD": "nfkd", "Lowercase": "lowercase", "StripAccents": "strip_accents",
}

func (r *rules) addNormalizer(p *part) error {
	for _, n := range flat(*p, func(p part) []part { return p.Normalizers }) {
		switch name := normalizers[n.Type]; {
		case name != "":
			r.normalizer = append(r.normalizer, name)
		case n.Type == "Strip":
			if n.StripLeft {
				r.normalizer = append(r.normalizer, "strip_left")
			}
			if n.StripRight {
				r.normalizer = append(r.normalizer, "strip_right")
			}
		case n.Type == "Prepend":
			r.normalizer = append(r.normalizer, "prepend", n.Prepend)
		case n.Type == "Replace" && n.Pattern.String != nil && *n.Pattern.String != "":
			r.normalizer = append(r.normalizer, "replace", *n.Pattern.String, n.Content)
		case n.Type == "Replace":
			return fmt.Errorf(".pattern of Replace: got a regular expression or nothing, want a text: save the tokenizer with the texts that it replaces")
		default:
			return fmt.Errorf(".type: got %.60q, want none, NFC, NFD, NFKC, NFKD, Lowercase, StripAccents, Strip, Replace, Prepend or a Sequence of these", n.Type)
		}
	}
	return nil
}

// splitExpressions has the names of core/tokenizer for the regular expressions that it
// splits by.
//
// Source: encoder.py of openai/gpt-2; the second of GPT-2's is tiktoken's.
var splitExpressions = map[string]string{
	`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`: "gpt-2",
	`'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`:    "gpt-2",
	`\p{N}`: "digit", `\p{N}+`: "digits",
}

// setSplits reads the pre-tokenizer: ByteLevel, before which others may have split.
func (r *rules) setSplits(p *part) error {
	steps := flat(*p, func(p part) []part { return p.PreTokenizers })
	r.sequence = p.Type == "Sequence"
	last := len(steps) - 1
	if last < 0 || steps[last].Type != "ByteLevel" {
		got := "an empty Sequence"
		if last >= 0 {
			got = fmt.Sprintf("%.60q", steps[last].Type)
		}
		return fmt.Errorf(".type: got %s, want ByteLevel: %s", got, hint)
	}
	r.splits = []string{}
	for _, s := range steps[:last] {
		var split string
		switch {
		case s.Type == "Digits" && s.EachDigit:
			split = "digit"
		case s.Type == "Digits":
			split = "digits"
		case s.Type == "Split" && s.Pattern.Regex != nil && (s.Behavior == "Isolated" && !s.Invert || s.Behavior == "Removed" && s.Invert):
			if split = splitExpressions[*s.Pattern.Regex]; split == "" || s.Invert && split != "gpt-2" {
				return fmt.Errorf(": Split by the pattern %.120q, want that of GPT-2, \\p{N} or \\p{N}+", *s.Pattern.Regex)
			}
		default:
			return fmt.Errorf(": got %.60q before ByteLevel, want Digits, or Split with a regular expression and the behavior Isolated", s.Type)
		}
		if slices.Contains(r.splits, "gpt-2") {
			return fmt.Errorf(": got %.60q after GPT-2's split, want ByteLevel", s.Type)
		}
		r.splits = append(r.splits, split)
	}
	r.prefixSpace = steps[last].PrefixSpace
	already := slices.Contains(r.splits, "gpt-2")
	if already && r.prefixSpace {
		return fmt.Errorf(".add_prefix_space: got true after GPT-2's split, want false")
	}
	if regex := steps[last].UseRegex; !already && (regex == nil || *regex) {
		r.splits = append(r.splits, "gpt-2")
	}
	return nil
}

// addAround reads what the post-processor puts before and after each text.
func (r *rules) addAround(p *part) error {
	for _, q := range flat(*p, func(p part) []part { return p.Processors }) {
		var before, after []int
		switch q.Type {
		case "ByteLevel": // says where tokens are in the text, not which
		case "BertProcessing", "RobertaProcessing":
			before, after = []int{q.CLS.id}, []int{q.SEP.id}
		case "TemplateProcessing":
			var err error
			if before, after, err = template(q); err != nil {
				return err
			}
		default:
			return fmt.Errorf(".type: got %.60q, want none, ByteLevel, TemplateProcessing, RobertaProcessing, BertProcessing or a Sequence of these", q.Type)
		}
		r.before, r.after = slices.Concat(before, r.before), slices.Concat(r.after, after)
	}
	return nil
}

func template(p part) (before, after []int, err error) {
	texts := 0
	for _, item := range p.Single {
		switch {
		case item.Sequence != nil && item.Sequence.ID == "A":
			texts++
		case item.Special != nil:
			special, ok := p.Special[item.Special.ID]
			if !ok {
				return nil, nil, fmt.Errorf(".single: got the token %.60q, want one of special_tokens", item.Special.ID)
			}
			if texts == 0 {
				before = append(before, special.IDs...)
			} else {
				after = append(after, special.IDs...)
			}
		default:
			return nil, nil, fmt.Errorf(".single: got something that is neither a token nor the text A")
		}
	}
	if texts != 1 {
		return nil, nil, fmt.Errorf(".single: got the text %d times, want once", texts)
	}
	return before, after, nil
}

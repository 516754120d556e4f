package huggingface

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"vitrine/tools/quantize/checkpoint"
)

// addCard fills in what the model card, README.md, says of the model in its front
// matter, where there is one that can be read.
//
// Source: https://huggingface.co/docs/hub/model-cards, "Model card metadata".
func addCard(model *checkpoint.Model, files fs.FS) {
	data, err := checkpoint.ReadUpTo(files, "README.md", checkpoint.MaxSmall)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		model.Notes = append(model.Notes, fmt.Sprintf("name, licence and languages are not taken from README.md, which cannot be read: %v", err))
		return
	}
	card := frontMatter(string(data))
	first := func(keys ...string) string {
		for _, key := range keys {
			if len(card[key]) > 0 {
				return card[key][0]
			}
		}
		return ""
	}
	model.Name = first("model_name")
	model.Author = first("model_creator", "author")
	if model.License = first("license"); model.License == "other" {
		model.License = first("license_name", "license")
	}
	model.Languages = append(card["language"], card["languages"]...)
}

// frontMatter returns the values of the keys at the top level of the YAML between
// two lines of three dashes: plain and quoted texts and lists of them. What is
// nested is left out.
func frontMatter(text string) map[string][]string {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	if strings.TrimPrefix(lines[0], "\ufeff") != "---" {
		return nil
	}
	card := make(map[string][]string)
	key := ""
	for _, line := range lines[1:] {
		if line == "---" {
			return card
		}
		if item, ok := strings.CutPrefix(strings.TrimSpace(line), "- "); ok {
			if name, _, nested := strings.Cut(item, ": "); key != "" && (!nested || strings.ContainsAny(name, `"'`)) {
				card[key] = append(card[key], scalar(item)...)
			}
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok || strings.HasPrefix(line, " ") || strings.HasPrefix(line, "#") {
			key = "" // nested, or not for us
			continue
		}
		key = strings.TrimSpace(name)
		value = strings.TrimSpace(value)
		if list, ok := strings.CutPrefix(value, "["); ok {
			for item := range strings.SplitSeq(strings.TrimSuffix(list, "]"), ",") {
				card[key] = append(card[key], scalar(item)...)
			}
			continue
		}
		card[key] = append(card[key], scalar(value)...)
	}
	return nil // no end
}

// scalar returns the text of a value, if it has any.
func scalar(value string) []string {
	value = strings.TrimSpace(value)
	if len(value) > 1 && (value[0] == '"' || value[0] == '\'') && value[len(value)-1] == value[0] {
		value = value[1 : len(value)-1]
	} else if at := strings.Index(value, " #"); at >= 0 {
		value = strings.TrimSpace(value[:at])
	}
	if value == "" || value == "null" || value == "~" || value == "|" || value == ">" {
		return nil
	}
	return []string{value}
}

package hub

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

const defaultEndpoint = "https://huggingface.co"

// FromEnvironment reads what huggingface_hub reads (its constants.py): HF_ENDPOINT,
// HF_TOKEN or the file that a login leaves (HF_TOKEN_PATH), HF_HUB_CACHE, HF_HOME and
// HF_HUB_OFFLINE, with the older names of some. HF_HUB_DISABLE_IMPLICIT_TOKEN keeps
// the token from being sent.
func FromEnvironment() (Options, error) {
	var o Options
	home := first("HF_HOME")
	if home == "" {
		caches := first("XDG_CACHE_HOME")
		if caches == "" {
			caches = filepath.Join("~", ".cache")
		}
		home = filepath.Join(caches, "huggingface")
	}
	cache := first("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE")
	if cache == "" {
		cache = filepath.Join(home, "hub")
	}
	var err error
	if o.Cache, err = expand(cache); err != nil {
		return o, err
	}
	o.Endpoint = first("HF_ENDPOINT")
	if o.Endpoint == "" {
		o.Endpoint = defaultEndpoint
	}
	o.Offline = isTrue(first("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"))
	if isTrue(first("HF_HUB_DISABLE_IMPLICIT_TOKEN")) {
		return o, nil
	}
	if o.Token = strings.TrimSpace(first("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")); o.Token != "" {
		return o, nil
	}
	path := first("HF_TOKEN_PATH")
	if path == "" {
		path = filepath.Join(home, "token")
	}
	if path, err = expand(path); err != nil {
		return o, err
	}
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return o, fmt.Errorf("the token of the Hugging Face Hub: %w", err)
	}
	o.Token = strings.TrimSpace(string(text))
	return o, nil
}

// first returns the first of the variables that is set.
func first(names ...string) string {
	for _, name := range names {
		if value := os.Getenv(name); value != "" {
			return value
		}
	}
	return ""
}

func isTrue(value string) bool {
	switch strings.ToUpper(value) {
	case "1", "ON", "YES", "TRUE":
		return true
	}
	return false
}

// expand replaces variables and a leading ~ in a path.
func expand(path string) (string, error) {
	path = os.ExpandEnv(path)
	rest, ok := strings.CutPrefix(path, "~")
	if !ok || rest != "" && !os.IsPathSeparator(rest[0]) {
		return path, nil
	}
	home, err := os.UserHomeDir()
	return home + rest, err
}

// checkEndpoint returns the address without a slash at the end.
func checkEndpoint(endpoint string) (string, error) {
	u, err := url.Parse(endpoint)
	switch {
	case err != nil, u.Scheme != "https" && u.Scheme != "http", u.Host == "", u.RawQuery != "", u.Fragment != "":
		return "", fmt.Errorf("HF_ENDPOINT: got %q, want an address such as %s", endpoint, defaultEndpoint)
	case u.User != nil: // it would go into messages and into the file that is written
		return "", errors.New("HF_ENDPOINT: got an address with a user name in it, want it without: HF_TOKEN is for the token")
	}
	return strings.TrimRight(endpoint, "/"), nil
}

package hub

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
}

func jsonText(t *testing.T, value any) []byte {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestFromEnvironment(t *testing.T) {
	home := t.TempDir()
	write(t, filepath.Join(home, "token"), []byte("hf_login\n"))
	write(t, filepath.Join(home, "other"), []byte("hf_other"))
	const cloud = "https://huggingface.co"
	for _, c := range []struct {
		name string
		env  map[string]string
		want Options
	}{
		{"nothing", nil, Options{Endpoint: cloud, Cache: filepath.Join(home, ".cache", "huggingface", "hub")}},
		{"XDG_CACHE_HOME", map[string]string{"XDG_CACHE_HOME": "/x"}, Options{Endpoint: cloud, Cache: filepath.Join("/x", "huggingface", "hub")}},
		{"HF_HOME", map[string]string{"HF_HOME": "~"}, Options{Endpoint: cloud, Cache: filepath.Join(home, "hub"), Token: "hf_login"}},
		{"HF_HUB_CACHE", map[string]string{"HF_HUB_CACHE": "$PLACE/x", "PLACE": "/y", "HF_HOME": "/z"}, Options{Endpoint: cloud, Cache: "/y/x"}},
		{"HF_TOKEN", map[string]string{"HF_HOME": home, "HF_TOKEN": " hf_env\n"}, Options{Endpoint: cloud, Cache: filepath.Join(home, "hub"), Token: "hf_env"}},
		{"HF_TOKEN_PATH", map[string]string{"HF_HOME": home, "HF_TOKEN_PATH": "~/other"}, Options{Endpoint: cloud, Cache: filepath.Join(home, "hub"), Token: "hf_other"}},
		{"no token", map[string]string{"HF_HOME": home, "HF_HUB_DISABLE_IMPLICIT_TOKEN": "yes"}, Options{Endpoint: cloud, Cache: filepath.Join(home, "hub")}},
		{
			"HF_ENDPOINT, HF_HUB_OFFLINE",
			map[string]string{"HF_HOME": "/z", "HF_ENDPOINT": "http://localhost:1", "HF_HUB_OFFLINE": "True"},
			Options{Endpoint: "http://localhost:1", Cache: filepath.Join("/z", "hub"), Offline: true},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, name := range []string{
				"HF_HOME", "XDG_CACHE_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_ENDPOINT", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE",
				"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_TOKEN_PATH", "HF_HUB_DISABLE_IMPLICIT_TOKEN",
			} {
				t.Setenv(name, "")
			}
			t.Setenv("HOME", home)
			t.Setenv("USERPROFILE", home)
			for name, value := range c.env {
				t.Setenv(name, value)
			}
			got, err := FromEnvironment()
			if err != nil || got.Endpoint != c.want.Endpoint || got.Cache != c.want.Cache || got.Token != c.want.Token || got.Offline != c.want.Offline {
				t.Errorf("got %+v, %v, want %+v", got, err, c.want)
			}
		})
	}
	t.Setenv("HF_TOKEN", "")
	t.Setenv("HF_TOKEN_PATH", home)
	if _, err := FromEnvironment(); err == nil {
		t.Error("a token that cannot be read: got no error")
	}
	if _, err := os.Stat(filepath.Join(home, ".cache")); err == nil {
		t.Error("a directory was made")
	}
}

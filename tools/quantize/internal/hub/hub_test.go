package hub

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"vitrine/tools/quantize/internal/hub/hubtest"
)

// weights is content of a size that takes several reads.
func weights(seed byte, size int) []byte {
	data := make([]byte, size)
	rand.NewChaCha8([32]byte{seed}).Read(data)
	return data
}

const weightsSize = 3<<20 + 17

// gpt2 returns a model's files: those that are wanted, and others.
func gpt2() map[string][]byte {
	return map[string][]byte{
		"config.json":          []byte(`{"model_type": "gpt2"}`),
		"README.md":            []byte("---\nlicense: mit\n---\n"),
		"tokenizer.json":       []byte("{}"),
		"vocab.json":           {},
		"model.safetensors":    weights(1, weightsSize),
		"pytorch_model.bin":    weights(2, 100),
		"tf_model.h5":          []byte("not wanted"),
		"onnx/config.json":     []byte("not wanted"),
		"../../../config.json": []byte("not wanted"),
	}
}

// wanted are the names of gpt2 that Fetch gets.
var wanted = []string{"README.md", "config.json", "model.safetensors", "tokenizer.json", "vocab.json"}

// options returns those for a server, with a cache of its own, and the waits that are
// asked for, which end at once.
func options(t *testing.T, s *hubtest.Server) (o Options, waits *[]time.Duration) {
	waits = new([]time.Duration)
	return Options{Endpoint: s.URL, Cache: filepath.Join(t.TempDir(), "hub"), wait: func(ctx context.Context, d time.Duration) error {
		*waits = append(*waits, d)
		return ctx.Err()
	}}, waits
}

func fetch(t *testing.T, ref string, o Options) *Snapshot {
	t.Helper()
	s, err := Fetch(t.Context(), ref, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// check compares the files of a snapshot, and that there are no others.
func check(t *testing.T, s *Snapshot, files map[string][]byte, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(s.Dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, entry := range entries {
		got = append(got, entry.Name())
		data, err := os.ReadFile(filepath.Join(s.Dir, entry.Name()))
		if err != nil || !bytes.Equal(data, files[entry.Name()]) {
			t.Errorf("%s: got %d bytes, %v, want the %d of the server", entry.Name(), len(data), err, len(files[entry.Name()]))
		}
	}
	if slices.Sort(names); !slices.Equal(got, names) {
		t.Errorf("got the files %q, want %q", got, names)
	}
}

// incomplete returns the one unfinished blob of a model.
func incomplete(t *testing.T, o Options, model string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(o.Cache, model, "blobs", "*.incomplete"))
	if err != nil || len(found) != 1 {
		t.Fatalf("got the unfinished files %q, %v, want one", found, err)
	}
	return found[0]
}

func TestFetch(t *testing.T) {
	server := hubtest.New(t)
	files := gpt2()
	_, commit := server.Add("openai-community/gpt2", "main", files)
	o, _ := options(t, server)
	progress := map[string]int64{}
	o.Progress = func(name string, done, total int64) {
		if done <= progress[name] || done > total || total != int64(len(files[name])) {
			t.Errorf("%s: got %d of %d bytes after %d", name, done, total, progress[name])
		}
		progress[name] = done
	}
	checked := false
	o.Check = func(dir string) error {
		checked = true
		check(t, &Snapshot{Dir: dir}, files, "README.md", "config.json", "tokenizer.json", "vocab.json")
		return nil
	}
	s := fetch(t, "hf:openai-community/gpt2", o)
	check(t, s, files, wanted...)
	model := filepath.Join(o.Cache, "models--openai-community--gpt2")
	want := Snapshot{"openai-community/gpt2", server.URL + "/openai-community/gpt2", commit, filepath.Join(model, "snapshots", commit), "model.safetensors"}
	if *s != want {
		t.Errorf("got %+v, want %+v", *s, want)
	}
	if progress["model.safetensors"] != weightsSize || !checked {
		t.Errorf("got progress %v and checked = %v", progress, checked)
	}
	// The layout of huggingface_hub.
	if ref, err := os.ReadFile(filepath.Join(model, "refs", "main")); string(ref) != commit {
		t.Errorf("refs/main: got %q, %v, want %s", ref, err, commit)
	}
	sum := hubtest.SHA256(files["model.safetensors"])
	if link, err := os.Readlink(filepath.Join(s.Dir, "model.safetensors")); err == nil && link != filepath.Join("..", "..", "blobs", sum) {
		t.Errorf("got a link to %s", link)
	} else if err != nil && runtime.GOOS != "windows" {
		t.Error(err)
	}
	// `git hash-object` of config.json gives this name.
	if _, err := os.Stat(filepath.Join(model, "blobs", "7eb84e812bad01767dcf9cf8a2d84ef428949cad")); err != nil && runtime.GOOS != "windows" {
		t.Error(err)
	}

	server.Requests()
	o.Check = nil
	fetch(t, "hf:openai-community/gpt2", o)
	if r := server.Requests(); len(r) != 1 || r[0].Path != "/api/models/openai-community/gpt2/revision/main" {
		t.Errorf("with all in the cache, got the requests %v, want one for the list", r)
	}
}

func TestReference(t *testing.T) {
	for _, c := range []struct{ ref, asked, id, revision string }{
		{"hf:gpt2", "", "gpt2", "main"},
		{"hf:openai-community/gpt2@v1.0", "", "openai-community/gpt2", "v1.0"},
		{"hf:a/b", "refs/pr/1", "a/b", "refs/pr/1"},
		{"hf:a/b@x", "x", "a/b", "x"},
	} {
		id, revision, err := parse(c.ref, c.asked)
		if id != c.id || revision != c.revision || err != nil {
			t.Errorf("%s, %q: got %q %q %v", c.ref, c.asked, id, revision, err)
		}
	}
	for _, c := range []struct{ ref, asked, want string }{
		{"hf:", "", "want OWNER/NAME"},
		{"hf:a/b/c", "", "want OWNER/NAME"},
		{"hf:../b", "", "want OWNER/NAME"},
		{"hf:a--b", "", "want OWNER/NAME"},
		{"hf:a\\b", "", "want OWNER/NAME"},
		{"hf:a/" + strings.Repeat("b", 100), "", "want OWNER/NAME"},
		{"hf:a@", "", "want a branch, a tag or a commit"},
		{"hf:a@../../x", "", "want a branch, a tag or a commit"},
		{"hf:a@x/../../../y", "", "want a branch, a tag or a commit"},
		{"hf:a", "/etc", "want a branch, a tag or a commit"},
		{"hf:a@x", "y", "want one revision"},
	} {
		if _, _, err := parse(c.ref, c.asked); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s, %q: got %v, want %q", c.ref, c.asked, err, c.want)
		}
	}
}

func TestRevisions(t *testing.T) {
	server := hubtest.New(t)
	old, now := gpt2(), gpt2()
	old["model.safetensors"] = weights(3, 50)
	_, first := server.Add("tales", "refs/pr/1", old)
	_, second := server.Add("tales", "main", now)
	o, _ := options(t, server)
	for _, c := range []struct {
		revision, commit string
		files            map[string][]byte
	}{{"refs/pr/1", first, old}, {first, first, old}, {"main", second, now}} {
		o.Revision = c.revision
		s := fetch(t, "hf:tales", o)
		if s.Commit != c.commit {
			t.Errorf("%s: got commit %s, want %s", c.revision, s.Commit, c.commit)
		}
		check(t, s, c.files, wanted...)
	}
	// Files that both have are in the cache once.
	blobs, err := os.ReadDir(filepath.Join(o.Cache, "models--tales", "blobs"))
	if runtime.GOOS != "windows" && (err != nil || len(blobs) != len(wanted)+1) {
		t.Errorf("got %d blobs, %v, want %d", len(blobs), err, len(wanted)+1)
	}
	// A branch that moves on takes its reference along.
	now["README.md"] = []byte("new")
	_, third := server.Add("tales", "main", now)
	o.Revision = "main"
	check(t, fetch(t, "hf:tales", o), now, wanted...)
	o.Offline = true
	if s := fetch(t, "hf:tales", o); s.Commit != third {
		t.Errorf("offline: got commit %s, want %s", s.Commit, third)
	}
}

func TestWeights(t *testing.T) {
	index := func(shards ...string) []byte {
		files := map[string]string{}
		for i, name := range shards {
			files[fmt.Sprint("tensor", i)] = name
		}
		return jsonText(t, map[string]any{"weight_map": files})
	}
	small := func(files map[string][]byte) map[string][]byte {
		maps.Copy(files, map[string][]byte{"config.json": []byte("{}")})
		return files
	}
	for _, c := range []struct {
		name    string
		files   map[string][]byte
		weights string
		names   []string // config.json aside
		want    string   // error
	}{
		{
			"sharded",
			small(map[string][]byte{
				"model.safetensors.index.json": index("b-2.safetensors", "a-1.safetensors", "b-2.safetensors"),
				"a-1.safetensors":              weights(1, 10), "b-2.safetensors": weights(2, 20), "pytorch_model.bin": weights(3, 30),
			}),
			"model.safetensors.index.json", []string{"a-1.safetensors", "b-2.safetensors", "model.safetensors.index.json"}, "",
		},
		{"PyTorch", small(map[string][]byte{"pytorch_model.bin": weights(3, 30)}), "pytorch_model.bin", []string{"pytorch_model.bin"}, ""},
		{
			"PyTorch, sharded", small(map[string][]byte{"pytorch_model.bin.index.json": index("p.bin"), "p.bin": weights(3, 30)}),
			"pytorch_model.bin.index.json", []string{"p.bin", "pytorch_model.bin.index.json"}, "",
		},
		{"none", small(map[string][]byte{"tf_model.h5": {}}), "", nil, "hf:tales: the model has no weights that can be read, want model.safetensors or "},
		{"no config", map[string][]byte{"model.safetensors": weights(1, 10)}, "", nil, "no config.json"},
		{
			"shards are missing", small(map[string][]byte{"model.safetensors.index.json": index("a.safetensors", "b.safetensors", "c.safetensors"), "b.safetensors": weights(2, 20)}),
			"", nil, "lists a.safetensors, c.safetensors, which revision main does not have: its upload is not complete: try again later, or name with -revision one that has all files of http",
		},
		{
			"a shard is elsewhere", small(map[string][]byte{"model.safetensors.index.json": index("../x.safetensors"), "../x.safetensors": weights(1, 10)}),
			"", nil, `got the file "../x.safetensors", want a name in the same directory`,
		},
		{
			"a shard has a name of Windows", small(map[string][]byte{"model.safetensors.index.json": index(`c:\x.safetensors`), `c:\x.safetensors`: weights(1, 10)}),
			"", nil, "want a name in the same directory",
		},
		{"an empty index", small(map[string][]byte{"model.safetensors.index.json": []byte("{}")}), "", nil, "got no tensors in weight_map"},
		{"no index", small(map[string][]byte{"model.safetensors.index.json": []byte("<")}), "", nil, "model.safetensors.index.json: invalid character"},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := hubtest.New(t)
			server.Add("tales", "main", c.files)
			o, _ := options(t, server)
			s, err := Fetch(t.Context(), "hf:tales", o)
			if c.want != "" {
				if err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("got %v, want %q", err, c.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			check(t, s, c.files, append(c.names, "config.json")...)
			if s.Weights != c.weights {
				t.Errorf("got %s, want %s", s.Weights, c.weights)
			}
			o.Offline = true
			if again := fetch(t, "hf:tales", o); *again != *s {
				t.Errorf("offline: got %+v, want %+v", *again, *s)
			}
		})
	}
}

func TestCheckEndsBeforeTheWeights(t *testing.T) {
	server := hubtest.New(t)
	server.Add("llama", "main", gpt2())
	o, _ := options(t, server)
	o.Check = func(string) error { return errors.New("not GPT-2") }
	if _, err := Fetch(t.Context(), "hf:llama", o); err == nil || err.Error() != "hf:llama: not GPT-2" {
		t.Errorf("got %v", err)
	}
	for _, r := range server.Requests() {
		if r.Large {
			t.Error("the weights were asked for")
		}
	}
}

// cut lets a server send so many bytes of a large file and then end the connection.
type cut struct {
	http.ResponseWriter
	left int
}

func (c *cut) Write(p []byte) (int, error) {
	n, _ := c.ResponseWriter.Write(p[:min(len(p), c.left)])
	if c.left -= n; c.left == 0 {
		c.ResponseWriter.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	return n, nil
}

// cutting returns an interceptor that cuts connections after so many bytes each.
func cutting(files map[string][]byte, ranges bool, lengths ...int) func(http.ResponseWriter, *http.Request, bool) bool {
	data := files["model.safetensors"]
	return func(w http.ResponseWriter, r *http.Request, large bool) bool {
		if !large || len(lengths) == 0 {
			return false
		}
		first := 0
		if ranges {
			fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &first)
		}
		w.Header().Set("Content-Length", fmt.Sprint(len(data)-first))
		if first > 0 {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", first, len(data)-1, len(data)))
			w.WriteHeader(http.StatusPartialContent)
		}
		c := &cut{w, lengths[0]}
		lengths = lengths[1:]
		c.Write(data[first:])
		return true
	}
}

// asked returns the ranges that the server of large files was asked for.
func asked(server *hubtest.Server) (ranges []string) {
	for _, r := range server.Requests() {
		if r.Large {
			ranges = append(ranges, r.Header.Get("Range"))
		}
	}
	return ranges
}

func TestResumeWithinARun(t *testing.T) {
	server := hubtest.New(t)
	files := gpt2()
	server.Add("gpt2", "main", files)
	server.Intercept = cutting(files, true, 1<<20, 1<<20, 7)
	o, waits := options(t, server)
	check(t, fetch(t, "hf:gpt2", o), files, wanted...)
	if got, want := asked(server), []string{"", "bytes=1048576-", "bytes=2097152-", "bytes=2097159-"}; !slices.Equal(got, want) {
		t.Errorf("got the ranges %q, want %q", got, want)
	}
	// The third try brought too little to count as progress.
	if want := []time.Duration{firstPause, firstPause, 2 * firstPause}; !slices.Equal(*waits, want) {
		t.Errorf("got the waits %v, want %v", *waits, want)
	}
}

func TestResumeInAnotherRun(t *testing.T) {
	server := hubtest.New(t)
	files := gpt2()
	server.Add("gpt2", "main", files)
	o, _ := options(t, server)
	ctx, cancel := context.WithCancel(t.Context())
	o.Progress = func(name string, done, total int64) {
		if done > 1<<20 {
			cancel()
		}
	}
	if _, err := Fetch(ctx, "hf:gpt2", o); err != context.Canceled {
		t.Fatalf("got %v, want %v", err, context.Canceled)
	}
	info, err := os.Stat(incomplete(t, o, "models--gpt2"))
	if err != nil || info.Size() <= 1<<20 || info.Size() == weightsSize {
		t.Fatalf("the unfinished file: got %v, %v", info, err)
	}
	server.Requests()
	o.Progress = nil
	check(t, fetch(t, "hf:gpt2", o), files, wanted...)
	if got, want := asked(server), []string{fmt.Sprintf("bytes=%d-", info.Size())}; !slices.Equal(got, want) {
		t.Errorf("got the ranges %q, want %q", got, want)
	}
	if left, _ := filepath.Glob(filepath.Join(o.Cache, "*", "blobs", "*.incomplete")); left != nil {
		t.Errorf("%q is left", left)
	}
}

// TestIncomplete: whatever a file that another program has left says, the outcome is
// right.
func TestIncomplete(t *testing.T) {
	files := gpt2()
	data := files["model.safetensors"]
	spoiled := slices.Clone(data)
	spoiled[5]++
	for _, c := range []struct {
		name   string
		left   []byte
		ranges []string
	}{
		{"a beginning", data[:1000], []string{"bytes=1000-"}},
		{"all", data, nil},
		{"other bytes", spoiled[:1000], []string{"bytes=1000-", ""}},
		{"all, with other bytes", spoiled, []string{""}},
		{"too much", append(slices.Clone(data), 1), []string{""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := hubtest.New(t)
			server.Add("gpt2", "main", files)
			o, _ := options(t, server)
			blobs := filepath.Join(o.Cache, "models--gpt2", "blobs")
			if err := os.MkdirAll(blobs, 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(blobs, hubtest.SHA256(data)+".incomplete"), c.left, 0o666); err != nil {
				t.Fatal(err)
			}
			check(t, fetch(t, "hf:gpt2", o), files, wanted...)
			if got := asked(server); !slices.Equal(got, c.ranges) {
				t.Errorf("got the ranges %q, want %q", got, c.ranges)
			}
		})
	}
}

// TestPartialLink: a download goes through no link.
func TestPartialLink(t *testing.T) {
	server := hubtest.New(t)
	files := gpt2()
	server.Add("gpt2", "main", files)
	o, _ := options(t, server)
	blobs, victim := filepath.Join(o.Cache, "models--gpt2", "blobs"), filepath.Join(t.TempDir(), "victim")
	if err := os.MkdirAll(blobs, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(victim, []byte("mine"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(victim, filepath.Join(blobs, hubtest.SHA256(files["model.safetensors"])+".incomplete")); err != nil {
		t.Skip(err)
	}
	check(t, fetch(t, "hf:gpt2", o), files, wanted...)
	if got, err := os.ReadFile(victim); err != nil || string(got) != "mine" {
		t.Errorf("the file that the link leads to has %d bytes now, error %v", len(got), err)
	}
}

func TestServerIgnoresRange(t *testing.T) {
	server := hubtest.New(t)
	files := gpt2()
	server.Add("gpt2", "main", files)
	server.Intercept = cutting(files, false, 1<<20, 1<<20, weightsSize+1)
	o, _ := options(t, server)
	check(t, fetch(t, "hf:gpt2", o), files, wanted...)
	if got, want := asked(server), []string{"", "bytes=1048576-", "bytes=1048576-"}; !slices.Equal(got, want) {
		t.Errorf("got the ranges %q, want %q", got, want)
	}
	// One that never sends all of it does not keep the tool for ever.
	o, waits := options(t, server)
	server.Intercept = cutting(files, false, 2<<20, 2<<20, 2<<20, 2<<20, 2<<20, 2<<20, 2<<20)
	if _, err := Fetch(t.Context(), "hf:gpt2", o); err == nil || !strings.Contains(err.Error(), "tried 5 times") {
		t.Errorf("got %v after the waits %v, want an end after 5 tries", err, *waits)
	}
}

// TestWrongRange: a server that sends another range than it was asked for.
func TestWrongRange(t *testing.T) {
	server := hubtest.New(t)
	files := gpt2()
	server.Add("gpt2", "main", files)
	first := cutting(files, true, 1000)
	wrong := true
	server.Intercept = func(w http.ResponseWriter, r *http.Request, large bool) bool {
		if large && r.Header.Get("Range") != "" && wrong {
			wrong = false
			w.Header().Set("Content-Range", fmt.Sprintf("bytes 0-%d/%d", weightsSize-1, weightsSize))
			w.WriteHeader(http.StatusPartialContent)
			w.Write(files["model.safetensors"])
			return true
		}
		return first(w, r, large)
	}
	o, _ := options(t, server)
	check(t, fetch(t, "hf:gpt2", o), files, wanted...)
	if got, want := asked(server), []string{"", "bytes=1000-", ""}; !slices.Equal(got, want) {
		t.Errorf("got the ranges %q, want %q", got, want)
	}
}

// sending answers requests for a file with other bytes, the hub's or the large one.
func sending(name string, data []byte) func(http.ResponseWriter, *http.Request, bool) bool {
	return func(w http.ResponseWriter, r *http.Request, large bool) bool {
		if large != (name == "model.safetensors") || !large && !strings.HasSuffix(r.URL.Path, name) {
			return false
		}
		w.Write(data)
		return true
	}
}

func TestWrongContents(t *testing.T) {
	files := gpt2()
	spoiled := slices.Clone(files["model.safetensors"])
	spoiled[weightsSize-1]++
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"model.safetensors", spoiled, "model.safetensors: the checksum is wrong: got " + hubtest.SHA256(spoiled) + ", want " + hubtest.SHA256(files["model.safetensors"])},
		{"config.json", []byte(`{"model_type": "gpt3"}`), "config.json: the checksum is wrong: got "},
		{"config.json", []byte(`{}`), "sends 2 bytes, want 22"},
		{"model.safetensors", append(slices.Clone(spoiled), 1), "than 3145745"},
	} {
		server := hubtest.New(t)
		server.Add("gpt2", "main", files)
		server.Intercept = sending(c.name, c.data)
		o, _ := options(t, server)
		if _, err := Fetch(t.Context(), "hf:gpt2", o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
		// Nothing of it remains, and the next run is not bound by it.
		server.Intercept = nil
		check(t, fetch(t, "hf:gpt2", o), files, wanted...)
	}
}

// TestMoreThanTheSize: a body without a length that does not end.
func TestMoreThanTheSize(t *testing.T) {
	server := hubtest.New(t)
	server.Add("gpt2", "main", gpt2())
	server.Intercept = func(w http.ResponseWriter, r *http.Request, large bool) bool {
		if !large {
			return false
		}
		w.(http.Flusher).Flush() // hence chunks, not a length
		for block := make([]byte, 1<<20); r.Context().Err() == nil; {
			w.Write(block)
		}
		return true
	}
	o, _ := options(t, server)
	if _, err := Fetch(t.Context(), "hf:gpt2", o); err == nil || !strings.Contains(err.Error(), "got more than 3145745 bytes") {
		t.Errorf("got %v", err)
	}
	if info, err := os.Stat(incomplete(t, o, "models--gpt2")); err != nil || info.Size() > weightsSize {
		t.Errorf("got %v, %v, want no more than %d bytes", info, err, weightsSize)
	}
}

func TestStatuses(t *testing.T) {
	answer := func(status int, header ...string) func(http.ResponseWriter, *http.Request, bool) bool {
		return func(w http.ResponseWriter, r *http.Request, large bool) bool {
			for i := 0; i < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			w.WriteHeader(status)
			return true
		}
	}
	for _, c := range []struct {
		name, ref, token string
		intercept        func(http.ResponseWriter, *http.Request, bool) bool
		want             []string
		waits            int
	}{
		{"misspelled", "hf:gtp2", "", nil, []string{"hf:gtp2: http://127.0.0.1:", "401 Unauthorized", "no public model of this name: check the spelling", "set HF_TOKEN"}, 0},
		{"misspelled, with a token", "hf:gtp2", "right", nil, []string{"404 Not Found", "no model of this name", "check the spelling"}, 0},
		{"private", "hf:private", "", nil, []string{"401", "set HF_TOKEN if it is private"}, 0},
		{"private, with a wrong token", "hf:private", "wrong", nil, []string{"401", "is not valid", "/settings/tokens"}, 0},
		{"gated", "hf:gated", "", nil, []string{"401", "the model is gated: accept its conditions on its page, then set HF_TOKEN"}, 0},
		{"no such revision", "hf:gpt2@v9", "", nil, []string{"404", `"Invalid rev id: v9"`, "no such revision"}, 0},
		{"forbidden", "hf:gpt2", "right", answer(403, "X-Error-Message", "\u009b31mno"), []string{"403 Forbidden", `\u009b31mno`, "gives no access to this model"}, 0},
		{"a teapot", "hf:gpt2", "", answer(418), []string{"418"}, 0},
		{"down", "hf:gpt2", "", answer(500), []string{"500 Internal Server Error", "tried 5 times", "-offline"}, 4},
		{"overloaded", "hf:gpt2", "", answer(503, "Retry-After", "3"), []string{"503", "tried 5 times"}, 4},
		{"too many requests", "hf:gpt2", "", answer(429, "Retry-After", "600"), []string{"429 Too Many Requests", "asks to wait for 10m0s"}, 0},
		{"redirected for ever", "hf:gpt2", "", answer(302, "Location", "/"), []string{"redirected 10 times"}, 4},
		{"another web site", "hf:gpt2", "", answer(200), []string{"want the list of files as JSON", "is HF_ENDPOINT right?"}, 0},
		{"another API", "hf:gpt2", "", func(w http.ResponseWriter, r *http.Request, large bool) bool {
			fmt.Fprint(w, `{"sha": "../../x"}`)
			return true
		}, []string{`got the commit "../../x", want 40 hexadecimal digits`}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := hubtest.New(t)
			server.Token, server.Intercept = "right", c.intercept
			server.Add("gpt2", "main", gpt2())
			private, _ := server.Add("private", "main", gpt2())
			gated, _ := server.Add("gated", "main", gpt2())
			private.Private, gated.Gated = true, true
			o, waits := options(t, server)
			o.Token = c.token
			_, err := Fetch(t.Context(), c.ref, o)
			for _, want := range c.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want %q", err, want)
				}
			}
			if len(*waits) != c.waits {
				t.Errorf("got the waits %v, want %d", *waits, c.waits)
			}
		})
	}
}

// TestRetry: errors that pass do no harm, and the server says how long to wait.
func TestRetry(t *testing.T) {
	server := hubtest.New(t)
	files := gpt2()
	server.Add("gpt2", "main", files)
	soon := time.Now().Add(30 * time.Second).UTC().Format(http.TimeFormat)
	failures := []struct {
		status int
		after  string
		large  bool
	}{
		{500, "", false}, {502, "7", false}, {429, soon, false}, // the list
		{403, "", true}, {503, "0", true}, // an address that has expired; the weights
	}
	server.Intercept = func(w http.ResponseWriter, r *http.Request, large bool) bool {
		if len(failures) == 0 || failures[0].large != large {
			return false
		}
		w.Header().Set("Retry-After", failures[0].after)
		w.WriteHeader(failures[0].status)
		failures = failures[1:]
		return true
	}
	o, waits := options(t, server)
	check(t, fetch(t, "hf:gpt2", o), files, wanted...)
	if len(*waits) != 5 {
		t.Fatalf("got the waits %v, want 5", *waits)
	}
	if date := (*waits)[2]; date < 25*time.Second || date > 31*time.Second {
		t.Errorf("got a wait of %v for a date in 30 s", date)
	}
	(*waits)[2] = 0
	if want := []time.Duration{firstPause, 7 * time.Second, 0, firstPause, 2 * firstPause}; !slices.Equal(*waits, want) {
		t.Errorf("got the waits %v, want %v", *waits, want)
	}
}

func TestStalledConnection(t *testing.T) {
	server := hubtest.New(t)
	files := gpt2()
	server.Add("gpt2", "main", files)
	stalls := 2 // one before the header, one in the body
	server.Intercept = func(w http.ResponseWriter, r *http.Request, large bool) bool {
		if !large || stalls == 0 {
			return false
		}
		if stalls--; stalls == 0 {
			w.Header().Set("Content-Length", fmt.Sprint(weightsSize))
			w.Write(files["model.safetensors"][:1000])
			w.(http.Flusher).Flush()
		}
		<-r.Context().Done()
		return true
	}
	o, waits := options(t, server)
	o.stall = 200 * time.Millisecond
	check(t, fetch(t, "hf:gpt2", o), files, wanted...)
	if len(*waits) != 2 {
		t.Errorf("got the waits %v, want 2", *waits)
	}
	if got, want := asked(server), []string{"", "", "bytes=1000-"}; !slices.Equal(got, want) {
		t.Errorf("got the ranges %q, want %q", got, want)
	}
}

func TestNoServer(t *testing.T) {
	server := hubtest.New(t)
	o, waits := options(t, server)
	o.Endpoint = "http://127.0.0.1:1" // nothing listens there
	if _, err := Fetch(t.Context(), "hf:gpt2", o); err == nil || !strings.Contains(err.Error(), "hf:gpt2: http://127.0.0.1:1: dial tcp") || len(*waits) != 4 {
		t.Errorf("got %v after the waits %v", err, *waits)
	}
	for _, endpoint := range []string{"", "huggingface.co", "ftp://huggingface.co", "https://", "https://a?b=c"} {
		o.Endpoint = endpoint
		if _, err := Fetch(t.Context(), "hf:gpt2", o); err == nil || !strings.Contains(err.Error(), "HF_ENDPOINT: got") {
			t.Errorf("%q: got %v", endpoint, err)
		}
	}
	o.Endpoint = "https://me:secret@huggingface.co"
	if _, err := Fetch(t.Context(), "hf:gpt2", o); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v, want an error without the password", err)
	}
}

func TestOffline(t *testing.T) {
	server := hubtest.New(t)
	files := gpt2()
	_, commit := server.Add("gpt2", "main", files)
	o, _ := options(t, server)
	o.Offline = true
	fails := func(ref string, want ...string) {
		t.Helper()
		_, err := Fetch(t.Context(), ref, o)
		for _, text := range want {
			if err == nil || !strings.Contains(err.Error(), text) {
				t.Errorf("%s: got %v, want %q", ref, err, text)
			}
		}
	}
	fails("hf:gpt2", "hf:gpt2: revision main is not in the cache "+o.Cache, "run it once without -offline")
	fails("hf:gpt2@"+commit, "lacks, of commit "+commit+": config.json, model.safetensors or ")
	if r := server.Requests(); r != nil {
		t.Errorf("got the requests %v", r)
	}
	o.Offline = false
	s := fetch(t, "hf:gpt2", o)
	server.Requests()
	o.Offline = true
	for _, ref := range []string{"hf:gpt2", "hf:gpt2@main", "hf:gpt2@" + commit} {
		if again := fetch(t, ref, o); *again != *s {
			t.Errorf("%s: got %+v, want %+v", ref, *again, *s)
		}
	}
	if r := server.Requests(); r != nil {
		t.Errorf("got the requests %v", r)
	}
	if err := os.Remove(filepath.Join(s.Dir, "model.safetensors")); err != nil {
		t.Fatal(err)
	}
	fails("hf:gpt2", ": model.safetensors or model.safetensors.index.json or ")
	index := jsonText(t, map[string]any{"weight_map": map[string]string{"a": "x.safetensors", "b": "y.safetensors"}})
	write(t, filepath.Join(s.Dir, "model.safetensors.index.json"), index)
	write(t, filepath.Join(s.Dir, "x.safetensors"), nil)
	fails("hf:gpt2", ": y.safetensors: run it")
	write(t, filepath.Join(o.Cache, "models--gpt2", "refs", "main"), []byte("../x"))
	fails("hf:gpt2", `got "../x", want a commit`)
}

// TestPythonsCache: what huggingface_hub has downloaded is used, with a line's end in
// refs or without.
func TestPythonsCache(t *testing.T) {
	server := hubtest.New(t)
	files := gpt2()
	_, commit := server.Add("gpt2", "main", files)
	o, _ := options(t, server)
	model := filepath.Join(o.Cache, "models--gpt2")
	for _, dir := range []string{"refs", "blobs", filepath.Join("snapshots", commit)} {
		if err := os.MkdirAll(filepath.Join(model, dir), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(model, "refs", "main"), []byte(commit+"\n"))
	sum := hubtest.SHA256(files["model.safetensors"])
	write(t, filepath.Join(model, "blobs", sum), files["model.safetensors"]) // of another commit: no link yet
	for _, name := range wanted {
		if name != "model.safetensors" {
			write(t, filepath.Join(model, "snapshots", commit, name), files[name])
		}
	}
	check(t, fetch(t, "hf:gpt2", o), files, wanted...)
	if r := server.Requests(); len(r) != 1 {
		t.Errorf("got the requests %v, want one for the list", r)
	}
	// A file of another size than the list says is not whole.
	write(t, filepath.Join(model, "blobs", sum), files["model.safetensors"][:9])
	check(t, fetch(t, "hf:gpt2", o), files, wanted...)
	// A link to a blob that was removed.
	if err := os.Remove(filepath.Join(model, "blobs", sum)); err != nil {
		t.Fatal(err)
	}
	check(t, fetch(t, "hf:gpt2", o), files, wanted...)
}

// TestTokenStaysHome: the token goes to the Hub and to nobody else. The server of
// large files refuses a request that has one.
func TestTokenStaysHome(t *testing.T) {
	server := hubtest.New(t)
	server.Token = "hf_secret"
	files := gpt2()
	m, _ := server.Add("me/private", "main", files)
	m.Private = true
	moved, _ := server.Add("private", "main", files)
	moved.Private, moved.MovedTo = true, "me/private"
	for _, ref := range []string{"hf:me/private", "hf:private"} {
		o, _ := options(t, server)
		o.Token = "hf_secret"
		check(t, fetch(t, ref, o), files, wanted...)
		hub, large := 0, 0
		for _, r := range server.Requests() {
			token := r.Header.Get("Authorization")
			if r.Large {
				large++
			} else {
				hub++
			}
			if r.Large && token != "" || !r.Large && token != "Bearer hf_secret" {
				t.Errorf("%s: large = %v: got %q", r.Path, r.Large, token)
			}
		}
		if hub == 0 || large != 1 {
			t.Errorf("got %d requests to the Hub and %d to the other", hub, large)
		}
	}
}

func TestCheckRedirect(t *testing.T) {
	for _, c := range []struct {
		from, to string
		keeps    bool
		fails    bool
	}{
		{"https://huggingface.co/a", "https://huggingface.co/b", true, false},
		{"https://huggingface.co/a", "https://cdn-lfs.huggingface.co/b", false, false}, // net/http would keep it
		{"https://huggingface.co/a", "https://huggingface.co:8443/b", false, false},
		{"https://huggingface.co/a", "http://huggingface.co/b", false, true},
		{"http://localhost:1/a", "https://localhost:1/b", false, false},
		{"https://huggingface.co/a", "https://example.com/b", false, false},
	} {
		request := func(address string) *http.Request {
			u, err := url.Parse(address)
			if err != nil {
				t.Fatal(err)
			}
			return &http.Request{URL: u, Header: http.Header{"Authorization": {"Bearer x"}}}
		}
		to := request(c.to)
		err := checkRedirect(to, []*http.Request{request(c.from)})
		if (err != nil) != c.fails || err == nil && (to.Header.Get("Authorization") != "") != c.keeps {
			t.Errorf("%s to %s: got %v and %q", c.from, c.to, err, to.Header.Get("Authorization"))
		}
	}
}

// TestBareList: a mirror whose list has names only.
func TestBareList(t *testing.T) {
	server := hubtest.New(t)
	files := gpt2()
	m, _ := server.Add("gpt2", "main", files)
	m.BareList = true
	old, _ := server.Add("gpt", "main", files)
	old.MovedTo = "gpt2"
	o, _ := options(t, server)
	check(t, fetch(t, "hf:gpt", o), files, wanted...)
	for _, r := range server.Requests() {
		if r.Large && r.Method != http.MethodGet {
			t.Errorf("got %s at the other server", r.Method)
		}
	}
	server.Intercept = func(w http.ResponseWriter, r *http.Request, large bool) bool {
		return r.Method == http.MethodHead // answered, with nothing
	}
	o, _ = options(t, server)
	if _, err := Fetch(t.Context(), "hf:gpt2", o); err == nil || !strings.Contains(err.Error(), "config.json: got no size") {
		t.Errorf("got %v", err)
	}
	server.Intercept = func(w http.ResponseWriter, r *http.Request, large bool) bool {
		if r.Method != http.MethodHead {
			return false
		}
		w.Header().Set("Etag", `W/"../../x"`)
		w.Header().Set("Content-Length", "22")
		return true
	}
	if _, err := Fetch(t.Context(), "hf:gpt2", o); err == nil || !strings.Contains(err.Error(), `got the checksum "../../x"`) {
		t.Errorf("got %v", err)
	}
}

// TestHostileList: sizes and hashes that would do harm.
func TestHostileList(t *testing.T) {
	const commit = "0123456789012345678901234567890123456789"
	server := hubtest.New(t)
	for entry, want := range map[string]string{
		`"size": -2, "blobId": "` + commit + `"`:                                        "", // not known: asked for, and not there
		`"size": 99999999999, "blobId": "` + commit + `"`:                               "config.json: got a size of 99999999999 bytes, want at most 67108864",
		`"size": 1, "blobId": "../../../../x"`:                                          `config.json: got the checksum "../../../../x"`,
		`"size": 99999999999999999999`:                                                  "want the list of files as JSON",
		`"lfs": {"size": 1, "sha256": "/etc/passwd"}`:                                   `config.json: got the checksum "/etc/passwd"`,
		`"lfs": {"size": 9223372036854775807, "sha256": "` + hubtest.SHA256(nil) + `"}`: "config.json: got a size of 9223372036854775807 bytes",
	} {
		if want == "" {
			want = "no public model"
		}
		server.Intercept = func(w http.ResponseWriter, r *http.Request, large bool) bool {
			if !strings.HasPrefix(r.URL.Path, "/api/") {
				return false
			}
			fmt.Fprintf(w, `{"sha": %q, "siblings": [{"rfilename": "model.safetensors"}, {"rfilename": "config.json", %s}]}`, commit, entry)
			return true
		}
		o, _ := options(t, server)
		if _, err := Fetch(t.Context(), "hf:gpt2", o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", entry, err, want)
		}
		if files, _ := filepath.Glob(filepath.Join(o.Cache, "*", "*", "*")); files != nil {
			t.Errorf("%s: made %q", entry, files)
		}
	}
}

// TestConcurrent: several runs on one cache download everything once.
func TestConcurrent(t *testing.T) {
	server := hubtest.New(t)
	files := gpt2()
	server.Add("gpt2", "main", files)
	o, _ := options(t, server)
	o.wait = nil // the slice of waits is for one run
	var group sync.WaitGroup
	for range 6 {
		group.Go(func() {
			s, err := Fetch(t.Context(), "hf:gpt2", o)
			if err != nil {
				t.Error(err)
				return
			}
			check(t, s, files, wanted...)
		})
	}
	group.Wait()
	if got := asked(server); len(got) != 1 {
		t.Errorf("the weights were asked for %d times, want once", len(got))
	}
}

// TestLockIsWaitedFor: another process's lock is waited for, and Ctrl-C ends that.
func TestLockIsWaitedFor(t *testing.T) {
	server := hubtest.New(t)
	files := gpt2()
	server.Add("gpt2", "main", files)
	o, _ := options(t, server)
	s := store{filepath.Join(o.Cache, "models--gpt2"), filepath.Join(o.Cache, ".locks")}
	unlock, err := s.lock(t.Context(), hubtest.SHA256(files["model.safetensors"]))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*lockPoll)
	defer cancel()
	if _, err := Fetch(ctx, "hf:gpt2", o); err != context.DeadlineExceeded {
		t.Errorf("got %v, want %v", err, context.DeadlineExceeded)
	}
	if got := asked(server); got != nil {
		t.Errorf("the weights were asked for: %q", got)
	}
	time.AfterFunc(2*lockPoll, unlock)
	check(t, fetch(t, "hf:gpt2", o), files, wanted...)
}

func TestCancelWhileWaiting(t *testing.T) {
	server := hubtest.New(t)
	server.Intercept = func(w http.ResponseWriter, r *http.Request, large bool) bool {
		w.Header().Set("Retry-After", "60")
		w.WriteHeader(http.StatusServiceUnavailable)
		return true
	}
	o, _ := options(t, server)
	o.wait = nil
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	if _, err := Fetch(ctx, "hf:gpt2", o); err != context.DeadlineExceeded || time.Since(start) > 10*time.Second {
		t.Errorf("got %v after %v, want %v at once", err, time.Since(start), context.DeadlineExceeded)
	}
}

func TestDiskFull(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("the system has no device that is always full")
	}
	defer full.Close()
	f := &file{name: "model.safetensors", size: 1000, hash: hubtest.SHA256(nil)}
	p := &partial{File: full, file: f, hash: newHash(f), done: 100}
	err = p.copy(t.Context(), bytes.NewReader(make([]byte, 900)), nil)
	var again *transient
	if err == nil || !strings.Contains(err.Error(), "no space for the 900 bytes that are missing") || !strings.Contains(err.Error(), "HF_HUB_CACHE") || errors.As(err, &again) {
		t.Errorf("got %v, want an error that is final and says what to do", err)
	}
}

// TestNoLinks: where links are not allowed, the files are in the snapshots.
func TestNoLinks(t *testing.T) {
	dir := t.TempDir()
	blob, name := filepath.Join(dir, "blob"), filepath.Join(dir, "name")
	refuse := func(string, string) error { return errors.ErrUnsupported }
	for _, fresh := range []bool{false, true} {
		write(t, blob, []byte("contents"))
		if err := publish(blob, name, fresh, refuse); err != nil {
			t.Fatal(err)
		}
		if data, err := os.ReadFile(name); string(data) != "contents" {
			t.Errorf("fresh = %v: got %q, %v", fresh, data, err)
		}
		if _, err := os.Stat(blob); (err == nil) == fresh {
			t.Errorf("fresh = %v: the blob: %v", fresh, err)
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("got %v, want the file alone", entries)
	}
}

package main

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
)

const script = "export const words = 'to be or not to be, to be or not to be, to be or not to be';\n"

// site writes a folder beside a secret that no request may reach, and serves it.
func site(t testing.TB, isolate bool) (string, http.Handler) {
	t.Helper()
	outer := t.TempDir()
	dir := filepath.Join(outer, "site")
	for name, content := range map[string]string{
		"secret.txt":                      "secret",
		"site/index.html":                 "<!doctype html><title>home</title>",
		"site/app.js":                     script,
		"site/chunk-ABCDEF23.js":          script,
		"site/vitrine-simd-2ABCDEF3.wasm": strings.Repeat("\x00asm", 50),
		"site/models/tiny-q8_0.gguf":      "GGUF0123456789",
		"site/.env":                       "secret",
		"site/.git/config":                "secret",
		`site/x\..\.git\config`:           "secret", // for Windows the same file
		"site/sub dir/index.html":         "<!doctype html><title>sub</title>",
		"site/empty/note.txt":             "note",
	} {
		path := filepath.Join(outer, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("../secret.txt", filepath.Join(dir, "link.txt")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(".env", filepath.Join(dir, "env.txt")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("sub dir/../.git", filepath.Join(dir, "git")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("sub dir", filepath.Join(dir, "sub")); err != nil {
		t.Fatal(err)
	}
	h, err := newHandler(dir, options{isolate: isolate})
	if err != nil {
		t.Fatal(err)
	}
	return dir, h
}

// request asks h for target; headers are name, value, name, value...
func request(h http.Handler, method, target string, headers ...string) *http.Response {
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	recorder := httptest.NewRecorder()
	h.ServeHTTP(recorder, r)
	return recorder.Result()
}

func body(t *testing.T, response *http.Response) string {
	t.Helper()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestContentTypes(t *testing.T) {
	dir, h := site(t, true)
	for name, want := range map[string]string{
		"a.html": "text/html; charset=utf-8",
		"a.js":   "text/javascript; charset=utf-8",
		"a.mjs":  "text/javascript; charset=utf-8",
		"a.css":  "text/css; charset=utf-8",
		"a.json": "application/json",
		"a.map":  "application/json",
		"a.svg":  "image/svg+xml",
		"a.wasm": "application/wasm",
		"a.gguf": "application/octet-stream",
		"a.mmd":  "text/plain; charset=utf-8",
		"A.JS":   "text/javascript; charset=utf-8",
		"a.xyz":  "application/octet-stream",
		"noext":  "application/octet-stream",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
		response := request(h, "GET", "/"+name)
		if got := response.Header.Get("Content-Type"); response.StatusCode != 200 || got != want {
			t.Errorf("%s: status %d, Content-Type %q, want 200, %q", name, response.StatusCode, got, want)
		}
		if got := response.Header.Get("X-Content-Type-Options"); got != "nosniff" {
			t.Errorf("%s: X-Content-Type-Options %q, want nosniff", name, got)
		}
	}
}

func TestIsolation(t *testing.T) {
	for _, isolate := range []bool{true, false} {
		_, h := site(t, isolate)
		for _, target := range []string{"/", "/app.js", "/missing"} {
			header := request(h, "GET", target).Header
			for name, value := range map[string]string{
				"Cross-Origin-Opener-Policy":   "same-origin",
				"Cross-Origin-Embedder-Policy": "require-corp",
				"Cross-Origin-Resource-Policy": "same-origin",
			} {
				if !isolate {
					value = ""
				}
				if got := header.Get(name); got != value {
					t.Errorf("isolate=%v %s: %s = %q, want %q", isolate, target, name, got, value)
				}
			}
		}
	}
}

func TestPaths(t *testing.T) {
	_, h := site(t, true)
	for target, want := range map[string]int{
		"/":                           200,
		"/index.html":                 200,
		"/app.js?v=1":                 200,
		"/sub%20dir/":                 200,
		"/sub%20dir":                  301,
		"/empty":                      301,
		"/empty/":                     404, // no listing
		"/missing":                    404,
		"/app.js/":                    404,
		"/.env":                       404,
		"/.git/config":                404,
		"/empty/../.env":              404,
		"/../secret.txt":              404,
		"/..%2fsecret.txt":            404,
		"/sub%20dir/../../secret.txt": 404,
		"/..%5csecret.txt":            404,
		"/x%5c..%5c.git%5cconfig":     404,
		"/sub%20dir%5cindex.html":     404,
		"/link.txt":                   404, // leads out of the folder
		"/env.txt":                    404, // leads to a name that begins with a dot
		"/git/config":                 404,
		"/sub/index.html":             200, // leads to what is served anyway
		"/app.js%00":                  404,
		"//secret.txt":                404,
	} {
		response := request(h, "GET", target)
		text := body(t, response)
		if response.StatusCode != want {
			t.Errorf("%s: status %d, want %d", target, response.StatusCode, want)
		}
		if strings.Contains(text, "secret") || strings.Contains(text, "note") {
			t.Errorf("%s: gave out %q", target, text)
		}
	}
	if got, want := request(h, "GET", "/sub%20dir?a=b").Header.Get("Location"), "./sub%20dir/?a=b"; got != want {
		t.Errorf("redirect to %q, want %q", got, want)
	}
	if got := body(t, request(h, "GET", "/sub%20dir/")); !strings.Contains(got, "sub") {
		t.Errorf("folder gave %q, want its index.html", got)
	}
}

func TestMethods(t *testing.T) {
	_, h := site(t, true)
	response := request(h, "POST", "/app.js")
	if response.StatusCode != 405 || response.Header.Get("Allow") != "GET, HEAD" {
		t.Errorf("POST: status %d, Allow %q", response.StatusCode, response.Header.Get("Allow"))
	}
	for _, coding := range []string{"identity", "br", "gzip"} {
		get := request(h, "GET", "/app.js", "Accept-Encoding", coding)
		head := request(h, "HEAD", "/app.js", "Accept-Encoding", coding)
		if text := body(t, head); head.StatusCode != 200 || text != "" {
			t.Errorf("HEAD %s: status %d, body %q", coding, head.StatusCode, text)
		}
		for _, name := range []string{"Content-Length", "Content-Type", "Content-Encoding", "ETag"} {
			if got, want := head.Header.Get(name), get.Header.Get(name); got != want {
				t.Errorf("HEAD %s: %s = %q, want GET's %q", coding, name, got, want)
			}
		}
	}
}

func TestNegotiate(t *testing.T) {
	for accept, want := range map[string]string{
		"":                             "",
		"gzip":                         "gzip",
		"x-gzip":                       "gzip",
		"br":                           "br",
		"gzip, deflate, br, zstd":      "br",
		"BR":                           "br",
		"gzip;q=1.0, br;q=0.5":         "gzip",
		"gzip;q=0.5,br;q=0.5":          "br",
		"br;q=0, gzip":                 "gzip",
		"br;q=0,gzip;q=0":              "",
		"*":                            "br",
		"*;q=0":                        "",
		"br;q=0, *;q=0.1":              "gzip",
		"identity, br;q=0.5":           "",
		"identity;q=0.5, gzip ; q=0.8": "gzip",
		"identity;q=0, gzip;q=0.1":     "gzip",
		"br;q=2":                       "", // not a weight
		"br;q=nan":                     "",
		"brotli, gzipped, deflate":     "",
	} {
		if got := negotiate(http.Header{"Accept-Encoding": {accept}}); got != want {
			t.Errorf("Accept-Encoding %q: got %q, want %q", accept, got, want)
		}
	}
}

func TestCompression(t *testing.T) {
	dir, h := site(t, true)
	readers := map[string]func(io.Reader) (io.Reader, error){
		"br":   func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil },
		"gzip": func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
	}
	tags := map[string]bool{request(h, "GET", "/app.js").Header.Get("ETag"): true}
	for coding, open := range readers {
		response := request(h, "GET", "/app.js", "Accept-Encoding", coding)
		r, err := open(response.Body)
		if err != nil {
			t.Fatalf("%s: %v", coding, err)
		}
		if got, err := io.ReadAll(r); err != nil || string(got) != script {
			t.Errorf("%s: decoded to %q, %v", coding, got, err)
		}
		if got := response.Header.Get("Content-Encoding"); got != coding {
			t.Errorf("Content-Encoding %q, want %q", got, coding)
		}
		if got := response.Header.Get("Vary"); got != "Accept-Encoding" {
			t.Errorf("%s: Vary %q", coding, got)
		}
		tags[response.Header.Get("ETag")] = true
	}
	if len(tags) != 3 || tags[""] {
		t.Errorf("ETags %v, want one for each representation", tags)
	}
	if got := request(h, "GET", "/app.js").Header.Get("Vary"); got != "Accept-Encoding" {
		t.Errorf("identity: Vary %q", got)
	}
	if got := request(h, "GET", "/models/tiny-q8_0.gguf", "Accept-Encoding", "br").Header.Get("Content-Encoding"); got != "" {
		t.Errorf("gguf: Content-Encoding %q, want none", got)
	}

	// A file that is written again is compressed again, also at the same size.
	changed := strings.Replace(script, "not", "NOT", 1)
	path := filepath.Join(dir, "app.js")
	if err := os.WriteFile(path, []byte(changed), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, time.Time{}, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	response := request(h, "GET", "/app.js", "Accept-Encoding", "br")
	if got, err := io.ReadAll(brotli.NewReader(response.Body)); err != nil || string(got) != changed {
		t.Errorf("after a change: decoded to %q, %v", got, err)
	}
	if tags[response.Header.Get("ETag")] {
		t.Error("after a change: the same ETag")
	}
}

func TestCompressesOnce(t *testing.T) {
	var cache compressedCache
	opened := 0
	open := func() (io.ReadCloser, error) {
		opened++
		return io.NopCloser(strings.NewReader(script)), nil
	}
	first, err := cache.get(t.Context(), "a.js", "1", "br", open)
	if err != nil {
		t.Fatal(err)
	}
	again, err := cache.get(t.Context(), "a.js", "1", "br", open)
	if err != nil || &again[0] != &first[0] || opened != 1 {
		t.Errorf("compressed %d times (%v)", opened, err)
	}
}

// endless is a file whose end never comes; it says when it is closed.
type endless struct{ closed chan struct{} }

func (endless) Read(p []byte) (int, error) { return len(p), nil }
func (e endless) Close() error             { close(e.closed); return nil }

func TestSlowCompressionHoldsUpNobody(t *testing.T) {
	var cache compressedCache
	slow := endless{make(chan struct{})}
	ctx, leave := context.WithCancel(t.Context())
	left := make(chan error, 1)
	go func() {
		_, err := cache.get(ctx, "slow", "1", "br", func() (io.ReadCloser, error) { return slow, nil })
		left <- err
	}()
	if _, err := cache.get(t.Context(), "a.js", "1", "br", func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(script)), nil }); err != nil {
		t.Error(err)
	}
	leave()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("after the client left: %v", err)
	}
	select {
	case <-slow.closed:
	case <-time.After(10 * time.Second):
		t.Error("goes on compressing for nobody")
	}
}

func TestFolderIsReplaced(t *testing.T) {
	dir, h := site(t, true)
	if err := os.Rename(dir, dir+".old"); err != nil {
		t.Fatal(err)
	}
	if response := request(h, "GET", "/app.js"); response.StatusCode != 503 || response.Header.Get("Retry-After") == "" {
		t.Errorf("without its folder: status %d, want 503 and Retry-After", response.StatusCode)
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "app.js"), []byte("new"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := body(t, request(h, "GET", "/app.js")); got != "new" {
		t.Errorf("after another folder took the name: %q, want its file", got)
	}
}

func TestCORS(t *testing.T) {
	dir, _ := site(t, true)
	h, err := newHandler(dir, options{isolate: true, cors: true})
	if err != nil {
		t.Fatal(err)
	}
	for method, status := range map[string]int{"GET": 200, "OPTIONS": 204, "POST": 405} {
		response := request(h, method, "/app.js")
		header := response.Header
		if response.StatusCode != status || header.Get("Access-Control-Allow-Origin") != "*" || header.Get("Cross-Origin-Resource-Policy") != "cross-origin" {
			t.Errorf("%s: status %d, headers %v", method, response.StatusCode, header)
		}
	}
	if response := request(h, "GET", "/app.js"); !strings.Contains(response.Header.Get("Access-Control-Expose-Headers"), "Content-Range") {
		t.Error("scripts of other origins cannot read Content-Range")
	}
}

func TestRanges(t *testing.T) {
	_, h := site(t, true)
	tag := request(h, "GET", "/models/tiny-q8_0.gguf").Header.Get("ETag")
	scriptTag := request(h, "GET", "/app.js").Header.Get("ETag")
	compressedTag := request(h, "GET", "/app.js", "Accept-Encoding", "br").Header.Get("ETag")
	const whole = "GGUF0123456789"
	for _, test := range []struct {
		target, span, ifRange string
		status                int
		content, contentRange string
	}{
		{"/models/tiny-q8_0.gguf", "bytes=4-7", "", 206, "0123", "bytes 4-7/14"},
		{"/models/tiny-q8_0.gguf", "bytes=-2", "", 206, "89", "bytes 12-13/14"},
		{"/models/tiny-q8_0.gguf", "bytes=12-", "", 206, "89", "bytes 12-13/14"},
		{"/models/tiny-q8_0.gguf", "bytes=4-7", tag, 206, "0123", "bytes 4-7/14"},
		{"/models/tiny-q8_0.gguf", "bytes=4-7", `"older"`, 200, whole, ""},
		{"/models/tiny-q8_0.gguf", "bytes=14-", "", 416, "", "bytes */14"},
		// A range is bytes of the file, never of its compressed form.
		{"/app.js", "bytes=0-5", "", 206, "export", "bytes 0-5/" + strconv.Itoa(len(script))},
		{"/app.js", "bytes=0-5", scriptTag, 206, "export", "bytes 0-5/" + strconv.Itoa(len(script))},
		{"/app.js", "bytes=0-5", compressedTag, 200, script, ""},
	} {
		headers := []string{"Accept-Encoding", "br", "Range", test.span}
		if test.ifRange != "" {
			headers = append(headers, "If-Range", test.ifRange)
		}
		response := request(h, "GET", test.target, headers...)
		content := body(t, response)
		if response.StatusCode != test.status || test.status != 416 && content != test.content {
			t.Errorf("%+v: got status %d, %q", test, response.StatusCode, content)
		}
		if got := response.Header.Get("Content-Range"); got != test.contentRange {
			t.Errorf("%+v: got Content-Range %q", test, got)
		}
		if got := response.Header.Get("Content-Encoding"); got != "" {
			t.Errorf("%+v: got Content-Encoding %q", test, got)
		}
	}
}

func TestValidators(t *testing.T) {
	_, h := site(t, true)
	for _, coding := range []string{"identity", "br", "gzip"} {
		full := request(h, "GET", "/app.js", "Accept-Encoding", coding)
		tag, modified := full.Header.Get("ETag"), full.Header.Get("Last-Modified")
		if !strings.HasPrefix(tag, `"`) || modified == "" {
			t.Fatalf("%s: ETag %q, Last-Modified %q", coding, tag, modified)
		}
		for name, value := range map[string]string{"If-None-Match": tag, "If-Modified-Since": modified} {
			response := request(h, "GET", "/app.js", "Accept-Encoding", coding, name, value)
			if text := body(t, response); response.StatusCode != 304 || text != "" {
				t.Errorf("%s %s: status %d, body %q, want 304", coding, name, response.StatusCode, text)
			}
			for _, kept := range []string{"ETag", "Vary", "Cache-Control"} {
				if got, want := response.Header.Get(kept), full.Header.Get(kept); got != want {
					t.Errorf("%s %s: 304 with %s %q, want %q", coding, name, kept, got, want)
				}
			}
		}
		if got := request(h, "GET", "/app.js", "Accept-Encoding", coding, "If-None-Match", `"older"`).StatusCode; got != 200 {
			t.Errorf("%s: another version: status %d, want 200", coding, got)
		}
	}
	// A failed precondition has no body to describe.
	response := request(h, "GET", "/app.js", "Accept-Encoding", "br", "If-Match", `"older"`)
	if response.StatusCode != 412 || response.Header.Get("Content-Length") != "" {
		t.Errorf("If-Match: status %d, Content-Length %q", response.StatusCode, response.Header.Get("Content-Length"))
	}
}

func TestCacheControl(t *testing.T) {
	_, h := site(t, true)
	const forever = "public, max-age=31536000, immutable"
	for target, want := range map[string]string{
		"/":                           "no-cache",
		"/app.js":                     "no-cache",
		"/models/tiny-q8_0.gguf":      "no-cache",
		"/chunk-ABCDEF23.js":          forever,
		"/vitrine-simd-2ABCDEF3.wasm": forever,
		"/missing-ABCDEF23.js":        "",
	} {
		if got := request(h, "GET", target).Header.Get("Cache-Control"); got != want {
			t.Errorf("%s: Cache-Control %q, want %q", target, got, want)
		}
	}
}

func TestSendsThePoliciesOfPagesAndWorkers(t *testing.T) {
	dir := t.TempDir()
	const policy = "default-src 'none'; script-src 'self'"
	for name, content := range map[string]string{
		"own.html":  `<!doctype html><meta http-equiv="Content-Security-Policy" content="` + policy + `">`,
		"none.html": "<!doctype html><title>x</title>",
		"own.txt":   `<meta http-equiv="Content-Security-Policy" content="` + policy + `">`,

		"worker-ABCD2345.js":    "x",
		"quantizer-ABCD2345.js": "x",
		"app-ABCD2345.js":       "x",
		"worker.js":             "x", // somebody else's
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	h, err := newHandler(dir, options{})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"own.html": policy, "none.html": "", "own.txt": "",
		"worker-ABCD2345.js": workerPolicy, "quantizer-ABCD2345.js": workerPolicy, "app-ABCD2345.js": "", "worker.js": "",
	} {
		answer := httptest.NewRecorder()
		h.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/"+name, nil))
		if got := answer.Header().Get("Content-Security-Policy"); got != want || answer.Body.Len() == 0 {
			t.Errorf("%s: policy %q and %d bytes, want %q", name, got, answer.Body.Len(), want)
		}
	}
}

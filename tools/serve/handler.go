package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	neturl "net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// fileType is what a file name's extension says about its content.
type fileType struct {
	mime     string
	compress bool // text, or binary that shrinks
}

var fileTypes = map[string]fileType{
	".html":  {"text/html; charset=utf-8", true},
	".js":    {"text/javascript; charset=utf-8", true},
	".mjs":   {"text/javascript; charset=utf-8", true},
	".css":   {"text/css; charset=utf-8", true},
	".json":  {"application/json", true},
	".map":   {"application/json", true},
	".svg":   {"image/svg+xml", true},
	".wasm":  {"application/wasm", true},
	".mmd":   {"text/plain; charset=utf-8", true},
	".md":    {"text/plain; charset=utf-8", true},
	".txt":   {"text/plain; charset=utf-8", true},
	".ts":    {"text/plain; charset=utf-8", true},
	".png":   {"image/png", false},
	".ico":   {"image/x-icon", false},
	".woff2": {"font/woff2", false},
	".gguf":  {"application/octet-stream", false},

	".webmanifest": {"application/manifest+json", true},
}

// hashedName matches the names that esbuild gives to files whose content never
// changes: a dash, eight capitals or digits, the extension.
var hashedName = regexp.MustCompile(`-[A-Z0-9]{8}\.[a-z0-9]+(\.map)?$`)

// options are what the flags choose.
type options struct {
	isolate bool // send the headers of cross-origin isolation
	cors    bool // let pages of other origins read the files
}

// handler serves the regular files of a folder.
type handler struct {
	folder folder
	options
	cache compressedCache
}

func newHandler(dir string, o options) (http.Handler, error) {
	h := &handler{folder: folder{dir: dir}, options: o}
	_, err := h.folder.open()
	return h, err
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w = &patientWriter{w, http.NewResponseController(w)}
	header := w.Header()
	header.Set("X-Content-Type-Options", "nosniff")
	if h.isolate {
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		header.Set("Cross-Origin-Embedder-Policy", "require-corp")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
	}
	if h.cors {
		header.Set("Access-Control-Allow-Origin", "*")
		header.Set("Access-Control-Expose-Headers", "Accept-Ranges, Content-Encoding, Content-Length, Content-Range, ETag")
		header.Set("Cross-Origin-Resource-Policy", "cross-origin")
		if r.Method == http.MethodOptions {
			header.Set("Access-Control-Allow-Methods", "GET, HEAD")
			header.Set("Access-Control-Allow-Headers", "*")
			header.Set("Access-Control-Max-Age", "86400")
			w.WriteHeader(http.StatusNoContent)
			return
		}
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		header.Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	name, ok := localName(r.URL.Path)
	if !ok {
		http.Error(w, "not found", http.StatusNotFound)
		return
	}
	root, err := h.folder.open()
	if err != nil {
		header.Set("Retry-After", "1")
		http.Error(w, "the folder is not there: it may be in the making, try again", http.StatusServiceUnavailable)
		return
	}
	slash := strings.HasSuffix(r.URL.Path, "/")
	info, err := stat(root, name)
	switch {
	case err == nil && info.IsDir() && !slash:
		// Relative, so that it holds behind a proxy that adds a prefix; "./" since
		// a name may look like a scheme.
		target := neturl.URL{Path: "./" + path.Base(name) + "/", RawQuery: r.URL.RawQuery}
		header.Set("Location", target.String())
		w.WriteHeader(http.StatusMovedPermanently)
	case err == nil && info.IsDir():
		h.serveFile(w, r, root, path.Join(name, "index.html"))
	case err == nil && !slash:
		h.serveFile(w, r, root, name)
	default:
		http.Error(w, "not found", http.StatusNotFound)
	}
}

// localName turns a URL path into a name below the root that means the same on every system:
// a backslash, which Windows takes for a slash, no file of a site has. Names that begin with a
// dot are private.
func localName(urlPath string) (string, bool) {
	name := strings.TrimPrefix(path.Clean("/"+urlPath), "/")
	if name == "" {
		return ".", true
	}
	_, err := filepath.Localize(name)
	return name, err == nil && !strings.Contains(name, `\`) && !private(name)
}

// policyMeta matches what a page of ours says of its own policy, in its first lines.
var policyMeta = regexp.MustCompile(`<meta http-equiv="Content-Security-Policy" content="([^"\r\n]+)">`)

// policyOf reads the policy that a page has for itself, so that it holds from the
// first byte on.
func policyOf(page io.ReaderAt) string {
	start := make([]byte, 4096)
	n, err := page.ReadAt(start, 0)
	if err != nil && err != io.EOF {
		return ""
	}
	if found := policyMeta.FindSubmatch(start[:n]); found != nil {
		return string(found[1])
	}
	return ""
}

// workerName matches the scripts of ours that run in workers. A worker does not
// have the policy of its page, and no way to say one of its own.
var workerName = regexp.MustCompile(`^(worker|quantizer)-[A-Z0-9]{8}\.js$`)

// workerPolicy lets a worker run the site's scripts and WebAssembly, and read
// models wherever they are; no text becomes a script.
const workerPolicy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' http: https: blob: data:"

// serveFile answers with one file, whole or in part, compressed where that is
// asked for and pays. http.ServeContent does ranges and preconditions.
func (h *handler) serveFile(w http.ResponseWriter, r *http.Request, root *os.Root, name string) {
	// Stat before Open: opening a named pipe would wait for its other end.
	info, err := stat(root, name)
	if err != nil || !info.Mode().IsRegular() {
		http.Error(w, "not found", http.StatusNotFound)
		return
	}
	file, err := root.Open(name)
	if err != nil {
		http.Error(w, "not found", http.StatusNotFound)
		return
	}
	defer file.Close()
	if info, err = file.Stat(); err != nil {
		http.Error(w, "cannot read file", http.StatusInternalServerError)
		return
	}

	kind, known := fileTypes[strings.ToLower(path.Ext(name))]
	if !known {
		kind.mime = "application/octet-stream"
	}
	header := w.Header()
	header.Set("Content-Type", kind.mime)
	header.Set("Cache-Control", "no-cache")
	if hashedName.MatchString(name) {
		header.Set("Cache-Control", "public, max-age=31536000, immutable")
	}

	if kind.mime == fileTypes[".html"].mime {
		if policy := policyOf(file); policy != "" {
			header.Set("Content-Security-Policy", policy)
		}
	}
	if workerName.MatchString(path.Base(name)) {
		header.Set("Content-Security-Policy", workerPolicy)
	}

	// The identity of the content: a file that is written again gets another tag.
	identity := fmt.Sprintf("%x-%x", info.Size(), info.ModTime().UnixNano())
	var content io.ReadSeeker = file
	coding := ""
	if kind.compress && info.Size() <= maxCompressed {
		header.Set("Vary", "Accept-Encoding")
		coding = negotiate(r.Header)
	}
	if coding != "" {
		body, err := h.cache.get(r.Context(), name, identity, coding, func() (io.ReadCloser, error) { return root.Open(name) })
		if err != nil {
			http.Error(w, "cannot read file", http.StatusInternalServerError)
			return
		}
		content = bytes.NewReader(body)
		identity += "-" + coding
		header.Set("Content-Encoding", coding)
		header.Set("Content-Length", strconv.Itoa(len(body)))
	}
	header.Set("ETag", `"`+identity+`"`)
	http.ServeContent(w, r, name, info.ModTime(), content)
}

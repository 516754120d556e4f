package main

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	neturl "net/url"
	"os"
	"path"
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
}

// hashedName matches the names that esbuild gives to files whose content never
// changes: a dash, eight capitals or digits, the extension.
var hashedName = regexp.MustCompile(`-[A-Z0-9]{8}\.[a-z0-9]+(\.map)?$`)

// handler serves the regular files under root.
type handler struct {
	root    *os.Root // refuses every path that leads outside, also through links
	isolate bool
	cache   compressedCache
}

func newHandler(root *os.Root, isolate bool) http.Handler {
	return &handler{root: root, isolate: isolate}
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("X-Content-Type-Options", "nosniff")
	if h.isolate {
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		header.Set("Cross-Origin-Embedder-Policy", "require-corp")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
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
	folder := strings.HasSuffix(r.URL.Path, "/")
	info, err := h.root.Stat(name)
	switch {
	case err == nil && info.IsDir() && !folder:
		// Relative, so that it holds behind a proxy that adds a prefix; "./" since
		// a name may look like a scheme.
		target := neturl.URL{Path: "./" + path.Base(name) + "/", RawQuery: r.URL.RawQuery}
		header.Set("Location", target.String())
		w.WriteHeader(http.StatusMovedPermanently)
	case err == nil && info.IsDir():
		h.serveFile(w, r, path.Join(name, "index.html"))
	case err == nil && !folder:
		h.serveFile(w, r, name)
	default:
		http.Error(w, "not found", http.StatusNotFound)
	}
}

// localName turns a URL path into a name below the root. Names that begin with
// a dot are private.
func localName(urlPath string) (string, bool) {
	name := strings.TrimPrefix(path.Clean("/"+urlPath), "/")
	if name == "" {
		return ".", true
	}
	for part := range strings.SplitSeq(name, "/") {
		if strings.HasPrefix(part, ".") {
			return "", false
		}
	}
	return name, fs.ValidPath(name)
}

// serveFile answers with one file, whole or in part, compressed where that is
// asked for and pays. http.ServeContent does ranges and preconditions.
func (h *handler) serveFile(w http.ResponseWriter, r *http.Request, name string) {
	// Stat before Open: opening a named pipe would wait for its other end.
	info, err := h.root.Stat(name)
	if err != nil || !info.Mode().IsRegular() {
		http.Error(w, "not found", http.StatusNotFound)
		return
	}
	file, err := h.root.Open(name)
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

	// The identity of the content: a file that is written again gets another tag.
	identity := fmt.Sprintf("%x-%x", info.Size(), info.ModTime().UnixNano())
	var content io.ReadSeeker = file
	coding := ""
	if kind.compress && info.Size() <= maxCompressed {
		header.Set("Vary", "Accept-Encoding")
		coding = negotiate(r.Header)
	}
	if coding != "" {
		body, err := h.cache.get(name, identity, coding, file)
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

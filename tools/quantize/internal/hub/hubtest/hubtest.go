// Package hubtest is a small Hugging Face Hub for tests: the same paths, headers and
// redirects, with the contents of large files on a second server as on the real one.
package hubtest

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Server is a Hub and the server of its large files.
type Server struct {
	URL, FilesURL string

	// Intercept, if not nil, sees every request first and reports whether it has
	// answered it. large says that the request is to the server of large files.
	Intercept func(w http.ResponseWriter, r *http.Request, large bool) bool
	// Token is the token that private models want.
	Token string

	mu       sync.Mutex
	requests []Request
	models   map[string]*Model
	large    map[string][]byte // by SHA-256
}

// Model is a model on the server. Fields may be set before the first request.
type Model struct {
	Private, Gated bool
	MovedTo        string // another name, to which requests are redirected
	BareList       bool   // the list of files has neither sizes nor hashes, as that of some mirrors

	revisions map[string]string            // branch: commit
	files     map[string]map[string][]byte // commit: name: contents
}

// Request is a request that the server has got.
type Request struct {
	Large  bool
	Method string
	Path   string // escaped, without the query
	Header http.Header
}

// New starts the servers, until the end of the test.
func New(t testing.TB) *Server {
	s := &Server{models: map[string]*Model{}, large: map[string][]byte{}}
	hub := httptest.NewServer(s.log(false, s.serveHub))
	files := httptest.NewServer(s.log(true, s.serveLarge))
	t.Cleanup(hub.Close)
	t.Cleanup(files.Close)
	s.URL, s.FilesURL = hub.URL, files.URL
	return s
}

// Add adds a commit to a model's branch, main by default, and returns it. Files whose
// names end in .safetensors or .bin are large.
func (s *Server) Add(id, branch string, files map[string][]byte) (m *Model, commit string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m = s.models[id]
	if m == nil {
		m = &Model{revisions: map[string]string{}, files: map[string]map[string][]byte{}}
		s.models[id] = m
	}
	h := sha1.New()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(h, "%s %s\n", name, blobID(files[name]))
		if isLarge(name) {
			s.large[SHA256(files[name])] = files[name]
		}
	}
	commit = hex.EncodeToString(h.Sum(nil))
	m.revisions[branch], m.files[commit] = commit, maps.Clone(files)
	return m, commit
}

// Requests returns the requests so far and forgets them.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	requests := s.requests
	s.requests = nil
	return requests
}

func isLarge(name string) bool {
	return slices.Contains([]string{".safetensors", ".bin"}, path.Ext(name))
}

// SHA256 returns the hash in hexadecimal.
func SHA256(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// blobID returns the hash that Git gives contents.
func blobID(data []byte) string {
	sum := sha1.Sum(append(fmt.Appendf(nil, "blob %d\x00", len(data)), data...))
	return hex.EncodeToString(sum[:])
}

func (s *Server) log(large bool, next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.requests = append(s.requests, Request{large, r.Method, r.URL.EscapedPath(), r.Header.Clone()})
		s.mu.Unlock()
		if s.Intercept == nil || !s.Intercept(w, r, large) {
			next(w, r)
		}
	})
}

// fail answers as the Hub does.
func fail(w http.ResponseWriter, status int, code, message string) {
	if code != "" {
		w.Header().Set("X-Error-Code", code)
	}
	w.Header().Set("X-Error-Message", message)
	http.Error(w, message, status)
}

// serveHub serves /api/models/ID/revision/REVISION and /ID/resolve/REVISION/NAME.
func (s *Server) serveHub(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	api, name := true, ""
	id, revision, ok := strings.Cut(strings.TrimPrefix(r.URL.EscapedPath(), "/api/models/"), "/revision/")
	if !ok {
		api = false
		id, revision, ok = strings.Cut(r.URL.EscapedPath()[1:], "/resolve/")
		revision, name, _ = strings.Cut(revision, "/")
	}
	if !ok {
		http.NotFound(w, r)
		return
	}
	m := s.models[id]
	authorized := s.Token != "" && r.Header.Get("Authorization") == "Bearer "+s.Token
	switch {
	case (m == nil || m.Private) && !authorized:
		fail(w, http.StatusUnauthorized, "RepoNotFound", "Invalid username or password.")
		return
	case m == nil:
		fail(w, http.StatusNotFound, "RepoNotFound", "Repository not found")
		return
	case m.MovedTo != "":
		to := *r.URL
		to.Path = strings.Replace(to.Path, id, m.MovedTo, 1)
		http.Redirect(w, r, to.RequestURI(), http.StatusTemporaryRedirect)
		return
	case m.Gated && !authorized:
		fail(w, http.StatusUnauthorized, "GatedRepo", "Access to model "+id+" is restricted. You must be authenticated to access it.")
		return
	}
	revision = strings.ReplaceAll(revision, "%2F", "/")
	commit := revision
	if m.files[commit] == nil {
		commit = m.revisions[revision]
	}
	files := m.files[commit]
	if files == nil {
		fail(w, http.StatusNotFound, "RevisionNotFound", "Invalid rev id: "+revision)
		return
	}
	if api {
		m.list(w, id, commit, files, r.URL.Query().Get("blobs") == "true")
		return
	}
	data, ok := files[name]
	w.Header().Set("X-Repo-Commit", commit)
	switch {
	case !ok:
		fail(w, http.StatusNotFound, "EntryNotFound", "Entry not found")
	case isLarge(name):
		w.Header().Set("X-Linked-Etag", strconv.Quote(SHA256(data)))
		w.Header().Set("X-Linked-Size", strconv.Itoa(len(data)))
		http.Redirect(w, r, s.FilesURL+"/"+SHA256(data)+"?Signature=secret", http.StatusFound)
	default:
		w.Header().Set("Etag", strconv.Quote(blobID(data)))
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
	}
}

func (m *Model) list(w http.ResponseWriter, id, commit string, files map[string][]byte, blobs bool) {
	siblings := []map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		data := files[name]
		entry := map[string]any{"rfilename": name}
		if blobs && !m.BareList {
			entry["size"], entry["blobId"] = len(data), blobID(data)
			if isLarge(name) {
				pointer := fmt.Appendf(nil, "version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %d\n", SHA256(data), len(data))
				entry["blobId"] = blobID(pointer)
				entry["lfs"] = map[string]any{"sha256": SHA256(data), "size": len(data), "pointerSize": len(pointer)}
			}
		}
		siblings = append(siblings, entry)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	json.NewEncoder(w).Encode(map[string]any{"id": id, "modelId": id, "sha": commit, "siblings": siblings})
}

// serveLarge serves contents at signed addresses, with ranges. Its ETag is not the
// Hub's, and it refuses requests that have a token as well, as S3 does.
func (s *Server) serveLarge(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "" || r.URL.Query().Get("Signature") != "secret" {
		http.Error(w, "want a signature, and only that", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	data, ok := s.large[r.URL.Path[1:]]
	s.mu.Unlock()
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Etag", `"of-the-store"`)
	w.Header().Set("Content-Type", "application/octet-stream")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
}

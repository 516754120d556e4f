package main

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	neturl "net/url"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
)

// FuzzRequest asks for any path with any headers. What is answered is no file
// from outside the folder and no private one, is no server error, and can be
// decoded as it says.
func FuzzRequest(f *testing.F) {
	f.Add("GET", "/", "", "", "", "")
	f.Add("HEAD", "/app.js", "", "gzip, br;q=0.5", "", "")
	f.Add("GET", "/models/tiny-q8_0.gguf", "bytes=2-5", "", "", "")
	f.Add("GET", "/models/tiny-q8_0.gguf", "bytes=-3,0-0,7-", "br", "", "")
	f.Add("GET", "/../secret.txt", "", "*", `"x"`, "a=b")
	f.Add("GET", "/sub%20dir/..%2f.env", "", "identity;q=0", "", "")
	f.Add("OPTIONS", "//link.txt/", "bytes=9999999999999999999-", "gzip;q=nan", "*", "%zz")
	f.Add("GET", "/git/config\x00", "", "", "", "")
	f.Add("GET", `/x\..\.git\config`, "", "", "", "")
	_, h := site(f, true)

	f.Fuzz(func(t *testing.T, method, path, ranges, encoding, match, query string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Method = method
		r.URL = &neturl.URL{Path: path, RawQuery: query}
		r.Header.Set("Range", ranges)
		r.Header.Set("Accept-Encoding", encoding)
		r.Header.Set("If-None-Match", match)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)

		if w.Code >= 500 {
			t.Errorf("%s %q: %d", method, path, w.Code)
		}
		body := io.Reader(w.Body)
		switch got := w.Header().Get("Content-Encoding"); {
		case w.Body.Len() == 0 || got == "":
		case got == "gzip":
			reader, err := gzip.NewReader(w.Body)
			if err != nil {
				t.Fatalf("%q: gzip that is none: %v", path, err)
			}
			body = reader
		case got == "br":
			body = brotli.NewReader(w.Body)
		default:
			t.Errorf("%q: Content-Encoding %q", path, got)
		}
		text, err := io.ReadAll(body)
		if err != nil {
			t.Errorf("%q: %v", path, err)
		}
		if strings.Contains(string(text), "secret") {
			t.Errorf("%q gives %q", path, text)
		}
	})
}

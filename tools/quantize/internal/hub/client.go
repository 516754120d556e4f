package hub

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	maxTries   = 5                      // without progress between them
	firstPause = 500 * time.Millisecond // before the second try, then doubled
	maxPause   = 2 * time.Minute        // that a server may ask for
	stallLimit = time.Minute            // without a byte
	maxList    = 64 << 20               // bytes of the list of a model's files
)

// client speaks with one endpoint.
type client struct {
	Options
	http *http.Client
	head *http.Client // stays at the endpoint: headers of the Hub are in its own answer
}

func newClient(o Options, endpoint string) *client {
	o.Endpoint = endpoint
	if o.wait == nil {
		o.wait = sleep
	}
	if o.stall == 0 {
		o.stall = stallLimit
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableCompression = true // sizes and ranges are those of the files
	return &client{
		Options: o,
		http:    &http.Client{Transport: transport, CheckRedirect: checkRedirect},
		head: &http.Client{Transport: transport, CheckRedirect: func(to *http.Request, via []*http.Request) error {
			if to.URL.Host != via[0].URL.Host {
				return http.ErrUseLastResponse
			}
			return checkRedirect(to, via)
		}},
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// checkRedirect keeps the token from any other server than the one it was meant for:
// net/http itself would pass it on to another port, and to hosts below the first.
func checkRedirect(to *http.Request, via []*http.Request) error {
	from := via[0].URL
	switch {
	case len(via) >= 10: // net/http's own limit
		return errors.New("redirected 10 times")
	case from.Scheme == "https" && to.URL.Scheme != "https":
		return fmt.Errorf("redirected from https to %s", to.URL.Scheme)
	case to.URL.Scheme != from.Scheme || to.URL.Host != from.Host:
		to.Header.Del("Authorization")
	}
	return nil
}

// transient is an error that another try may not meet.
type transient struct {
	error
	after time.Duration // that the server asks to wait
}

func (t *transient) Unwrap() error { return t.error }

// retry tries again after transient errors, longer and longer pauses apart. attempt
// reports whether it has brought the work forward.
func (c *client) retry(ctx context.Context, attempt func() (progress bool, err error)) error {
	for tries := 1; ; tries++ {
		progress, err := attempt()
		var again *transient
		if !errors.As(err, &again) || ctx.Err() != nil {
			return err
		}
		if progress {
			tries = 1
		}
		switch {
		case tries >= maxTries:
			return fmt.Errorf("%w (tried %d times); what is in the cache can be used with -offline", err, tries)
		case again.after > maxPause:
			return fmt.Errorf("%w: the server asks to wait for %v: try again then", err, again.after)
		}
		if err := c.wait(ctx, max(firstPause<<(tries-1), again.after)); err != nil {
			return err
		}
	}
}

var errStalled = errors.New("the connection stands still")

// send sends one request and follows redirects, a HEAD request within the host only.
// The body ends with an error when nothing has come for too long; end must be
// called. Answers that are neither the file, nor 416, nor such a redirect are errors.
func (c *client) send(ctx context.Context, method, address string, header http.Header) (resp *http.Response, end func(), err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	timer := time.AfterFunc(c.stall, func() { cancel(errStalled) })
	done := func() {
		timer.Stop()
		cancel(nil)
	}
	defer func() {
		if err != nil {
			done()
		}
	}()
	req, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return nil, nil, err
	}
	if header != nil {
		req.Header = header
	}
	req.Header.Set("User-Agent", "vitrine-quantize")
	if c.Token != "" {
		req.Header.Set("Authorization", "Bearer "+c.Token)
	}
	user := c.http
	if method == http.MethodHead {
		user = c.head
	}
	resp, err = user.Do(req)
	if err != nil {
		return nil, nil, networkError(ctx, req.URL, err)
	}
	resp.Body = &watched{resp.Body, ctx, timer, c.stall, resp.Request.URL}
	redirect := resp.StatusCode/100 == 3 && method == http.MethodHead
	if resp.StatusCode >= 300 && resp.StatusCode != http.StatusRequestedRangeNotSatisfiable && !redirect {
		resp.Body.Close()
		return nil, nil, c.statusError(resp)
	}
	return resp, func() { resp.Body.Close(); done() }, nil
}

// watched is a body whose reads push the end of the connection back.
type watched struct {
	io.ReadCloser
	ctx   context.Context
	timer *time.Timer
	stall time.Duration
	from  *url.URL
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.ReadCloser.Read(p)
	w.timer.Reset(w.stall)
	if err != nil && err != io.EOF {
		err = networkError(w.ctx, w.from, err)
	}
	return n, err
}

// networkError says where a connection failed, without the query, which may carry a
// signature.
func networkError(ctx context.Context, address *url.URL, err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	err = fmt.Errorf("%s://%s: %w", address.Scheme, address.Host, err)
	var certificate *tls.CertificateVerificationError
	var name *net.DNSError
	if errors.As(err, &certificate) || errors.As(err, &name) && name.IsNotFound {
		return fmt.Errorf("%w; is HF_ENDPOINT right, and the network there?", err)
	}
	return &transient{err, 0}
}

// statusError explains an answer that is not the file. The Hub says why in
// X-Error-Code and X-Error-Message (hf_raise_for_status of huggingface_hub).
func (c *client) statusError(resp *http.Response) error {
	address := resp.Request.URL
	err := fmt.Errorf("%s://%s answers %s", address.Scheme, address.Host, resp.Status)
	if message := resp.Header.Get("X-Error-Message"); message != "" {
		err = fmt.Errorf("%w (%.200q)", err, message)
	}
	if !strings.HasPrefix(address.String(), c.Endpoint+"/") {
		// A store of files, to which the endpoint signs addresses that expire.
		return &transient{err, retryAfter(resp.Header)}
	}
	switch code := resp.StatusCode; {
	case code == http.StatusRequestTimeout, code == http.StatusTooManyRequests, code >= 500:
		return &transient{err, retryAfter(resp.Header)}
	case resp.Header.Get("X-Error-Code") == "GatedRepo":
		return fmt.Errorf("%w: the model is gated: accept its conditions on its page, then set HF_TOKEN to a token of that account, from %s/settings/tokens", err, c.Endpoint)
	case resp.Header.Get("X-Error-Code") == "RevisionNotFound":
		return fmt.Errorf("%w: the model has no such revision: want a branch, a tag or a commit that its page lists", err)
	case resp.Header.Get("X-Error-Code") == "EntryNotFound":
		return fmt.Errorf("%w: the model has no such file", err)
	case code == http.StatusUnauthorized && c.Token != "":
		return fmt.Errorf("%w: either the token (HF_TOKEN, or that of a login) is not valid, or there is no such model: make a token at %s/settings/tokens, or check the name", err, c.Endpoint)
	case code == http.StatusUnauthorized, code == http.StatusNotFound && c.Token == "":
		return fmt.Errorf("%w: there is no public model of this name: check the spelling (OWNER/NAME), or set HF_TOKEN if it is private", err)
	case code == http.StatusForbidden:
		return fmt.Errorf("%w: the token (HF_TOKEN, or that of a login) gives no access to this model: give it the right to read the model at %s/settings/tokens, or use another", err, c.Endpoint)
	case code == http.StatusNotFound:
		return fmt.Errorf("%w: there is no model of this name, or the token's account may not see it: check the spelling (OWNER/NAME)", err)
	}
	return err
}

// retryAfter reads the header in its two forms, seconds and a date. 0: none.
func retryAfter(header http.Header) time.Duration {
	value := header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if date, err := http.ParseTime(value); err == nil {
		return max(0, time.Until(date).Round(time.Second))
	}
	return 0
}

// listing is what /api/models/ID/revision/REVISION?blobs=true says.
type listing struct {
	Commit string `json:"sha"`
	Files  []struct {
		Name string `json:"rfilename"`
		Size *int64 `json:"size"`
		Blob string `json:"blobId"` // Git's SHA-1
		LFS  *struct {
			SHA256 string `json:"sha256"`
			Size   int64  `json:"size"`
		} `json:"lfs"`
	} `json:"siblings"`
}

// list asks for the files of a revision.
func (c *client) list(ctx context.Context, id, revision string) (l listing, err error) {
	address := c.Endpoint + "/api/models/" + id + "/revision/" + url.PathEscape(revision) + "?blobs=true"
	err = c.retry(ctx, func() (bool, error) {
		resp, end, err := c.send(ctx, http.MethodGet, address, nil)
		if err != nil {
			return false, err
		}
		defer end()
		data, err := io.ReadAll(io.LimitReader(resp.Body, maxList+1))
		if err != nil {
			return false, err
		}
		if len(data) > maxList {
			return false, fmt.Errorf("the list of files is larger than %d bytes", maxList)
		}
		if err := json.Unmarshal(data, &l); err != nil {
			return false, fmt.Errorf("%s: want the list of files as JSON: %w; is HF_ENDPOINT right?", c.Endpoint, err)
		}
		return false, nil
	})
	if err == nil && !commitPattern.MatchString(l.Commit) {
		err = fmt.Errorf("%s: got the commit %.80q, want 40 hexadecimal digits; is HF_ENDPOINT right?", c.Endpoint, l.Commit)
	}
	return l, err
}

// describe asks for the size and the hash of a file, which the lists of some mirrors
// lack: get_hf_file_metadata of huggingface_hub.
func (c *client) describe(ctx context.Context, f *file) error {
	return c.retry(ctx, func() (bool, error) {
		resp, end, err := c.send(ctx, http.MethodHead, f.address, http.Header{"Accept-Encoding": {"identity"}})
		if err != nil {
			return false, err
		}
		end()
		either := func(names ...string) string {
			for _, name := range names {
				if value := resp.Header.Get(name); value != "" {
					return value
				}
			}
			return ""
		}
		f.hash = strings.Trim(strings.TrimPrefix(either("X-Linked-Etag", "Etag"), "W/"), `"`)
		if f.size, err = strconv.ParseInt(either("X-Linked-Size", "Content-Length"), 10, 64); err != nil {
			return false, fmt.Errorf("%s: got no size from %s, want X-Linked-Size or Content-Length; is HF_ENDPOINT right?", f.name, c.Endpoint)
		}
		return false, nil
	})
}

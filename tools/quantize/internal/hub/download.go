package hub

import (
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"vitrine/tools/quantize/checkpoint"
	"vitrine/tools/quantize/huggingface"
)

// file is one file of a model.
type file struct {
	name    string
	address string
	size    int64  // bytes, -1 as long as it is not known
	hash    string // SHA-256, or Git's SHA-1 of a file that is not in Git LFS
}

var hashPattern = regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64})$`)

// fetch fills in the snapshot with the files of the revision.
func (c *client) fetch(ctx context.Context, snapshot *Snapshot, s store, revision string) error {
	list, err := c.list(ctx, snapshot.ID, revision)
	if err != nil {
		return err
	}
	files := make(map[string]*file)
	for _, f := range list.Files {
		// A name becomes a path only if it is one of ours: see describing,
		// huggingface.Weights and shardPattern.
		known := &file{name: f.Name, size: -1, hash: f.Blob}
		known.address = c.Endpoint + "/" + snapshot.ID + "/resolve/" + list.Commit + "/" + url.PathEscape(f.Name)
		if f.Size != nil {
			known.size = *f.Size
		}
		if f.LFS != nil {
			known.size, known.hash = f.LFS.Size, f.LFS.SHA256
		}
		files[f.Name] = known
	}
	has := func(name string) bool { return files[name] != nil }
	if !has("config.json") {
		return errors.New("the model has no config.json, want one that transformers' save_pretrained has written")
	}
	weights := chooseWeights(has)
	if weights == "" {
		return fmt.Errorf("the model has no weights that can be read, want %s", strings.Join(huggingface.Weights, " or "))
	}
	dir := s.snapshot(list.Commit)
	snapshot.Commit, snapshot.Dir, snapshot.Weights = list.Commit, dir, weights
	names := slices.DeleteFunc(slices.Clone(describing), func(name string) bool { return !has(name) })
	if strings.HasSuffix(weights, indexSuffix) {
		names = append(names, weights)
	}
	for _, name := range names {
		if err := c.get(ctx, s, dir, files[name], maxDescribing); err != nil {
			return err
		}
	}
	if c.Check != nil {
		if err := c.Check(dir); err != nil {
			return err
		}
	}
	parts, err := shards(dir, weights)
	if err != nil {
		return err
	}
	if absent := slices.DeleteFunc(slices.Clone(parts), has); len(absent) > 0 {
		return fmt.Errorf("%s lists %s, which revision %s does not have: its upload is not complete: try again later, or name with -revision one that has all files of %s/%s/tree/%s",
			weights, checkpoint.Listed(absent), revision, c.Endpoint, snapshot.ID, revision)
	}
	if parts == nil {
		parts = []string{weights}
	}
	for _, name := range parts {
		if err := c.get(ctx, s, dir, files[name], maxWeights); err != nil {
			return err
		}
	}
	return s.setCommit(revision, list.Commit)
}

// get makes the file present in the snapshot's directory.
func (c *client) get(ctx context.Context, s store, dir string, f *file, limit int64) error {
	if f.size < 0 || f.hash == "" {
		if err := c.describe(ctx, f); err != nil {
			return err
		}
	}
	if f.size < 0 || f.size > limit {
		return fmt.Errorf("%s: got a size of %d bytes, want at most %d", f.name, f.size, limit)
	}
	if !hashPattern.MatchString(f.hash) {
		return fmt.Errorf("%s: got the checksum %.80q from %s, want SHA-256 or SHA-1 in hexadecimal; is HF_ENDPOINT right?", f.name, f.hash, c.Endpoint)
	}
	path, blob := filepath.Join(dir, f.name), s.blob(f.hash)
	if whole(path, f.size) {
		return nil
	}
	unlock, err := s.lock(ctx, f.hash)
	if err != nil {
		return err
	}
	defer unlock()
	if whole(path, f.size) { // somebody else has fetched it meanwhile
		return nil
	}
	for _, place := range []string{blob, path} {
		if err := os.MkdirAll(filepath.Dir(place), 0o777); err != nil {
			return err
		}
	}
	fresh := !whole(blob, f.size)
	if fresh {
		if err := c.download(ctx, f, blob); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return publish(blob, path, fresh, os.Symlink)
}

// whole reports whether there is a file of the size at path, or behind the link there.
func whole(path string, size int64) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Size() == size
}

// download writes the file to path. Until it is whole it is path.incomplete, which
// stays when the download ends before, so that the next one goes on from there.
func (c *client) download(ctx context.Context, f *file, path string) error {
	p, err := openPartial(path+".incomplete", f)
	if err != nil {
		return err
	}
	defer p.Close()
	resumed := p.done > 0
	err = c.fill(ctx, p)
	if err == nil && resumed && p.sum() != f.hash {
		// What was there may have been of another program, which fills it in another
		// order.
		if err = p.restart(); err == nil {
			err = c.fill(ctx, p)
		}
	}
	if err != nil {
		return err
	}
	sum := p.sum()
	err = errors.Join(p.Sync(), p.Close())
	if sum != f.hash {
		os.Remove(p.Name()) // the error is the one to report
		return fmt.Errorf("the checksum is wrong: got %s, want %s: what came was removed; try again, and if it happens again the server or a proxy changes the file", sum, f.hash)
	}
	if err != nil {
		return p.writeError(err)
	}
	return os.Rename(p.Name(), path)
}

// fill downloads what is missing.
func (c *client) fill(ctx context.Context, p *partial) error {
	const step = 1 << 20 // bytes that count as progress: a server that gives less each time is given up
	most := p.done
	return c.retry(ctx, func() (bool, error) {
		err := c.receive(ctx, p)
		progress := p.done >= most+step
		if progress {
			most = p.done
		}
		return progress, err
	})
}

// receive downloads what is missing, over one connection. It does not send If-Range:
// the server that has the file gives it another ETag than the Hub does, and the
// checksum proves the whole.
func (c *client) receive(ctx context.Context, p *partial) error {
	if p.done == p.file.size {
		return nil
	}
	header := http.Header{}
	if p.done > 0 {
		header.Set("Range", fmt.Sprintf("bytes=%d-", p.done))
	}
	resp, end, err := c.send(ctx, http.MethodGet, p.file.address, header)
	if err != nil {
		return err
	}
	defer end()
	switch want := fmt.Sprintf("bytes %d-%d/%d", p.done, p.file.size-1, p.file.size); {
	case resp.StatusCode == http.StatusPartialContent && resp.Header.Get("Content-Range") == want:
	case resp.StatusCode == http.StatusOK: // all of it
		if err := p.restart(); err != nil {
			return err
		}
	default:
		if err := p.restart(); err != nil {
			return err
		}
		return &transient{fmt.Errorf("got %s with the range %.80q, want %q", resp.Status, resp.Header.Get("Content-Range"), want), 0}
	}
	if missing := p.file.size - p.done; resp.ContentLength >= 0 && resp.ContentLength != missing {
		return fmt.Errorf("%s sends %d bytes, want %d: the server has another file than the Hub's list says", resp.Request.URL.Host, resp.ContentLength, missing)
	}
	return p.copy(ctx, resp.Body, c.Progress)
}

// partial is a file on its way.
type partial struct {
	*os.File
	file *file
	done int64     // bytes that are there
	hash hash.Hash // of these
}

// openPartial opens what an earlier download may have left: a file of its own, and no
// link to one of somebody else.
func openPartial(path string, f *file) (*partial, error) {
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		if err := os.Remove(path); err != nil {
			return nil, err
		}
	}
	out, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	p := &partial{File: out, file: f, hash: newHash(f)}
	p.done, err = io.Copy(p.hash, io.LimitReader(out, f.size+1))
	if err == nil && p.done > f.size {
		err = p.restart()
	}
	if err != nil {
		out.Close()
		return nil, err
	}
	return p, nil
}

func newHash(f *file) hash.Hash {
	if len(f.hash) == 2*sha256.Size {
		return sha256.New()
	}
	h := sha1.New()
	fmt.Fprintf(h, "blob %d\x00", f.size) // as Git names contents
	return h
}

func (p *partial) sum() string { return hex.EncodeToString(p.hash.Sum(nil)) }

// restart empties the file.
func (p *partial) restart() error {
	if p.done == 0 {
		return nil
	}
	if _, err := p.Seek(0, io.SeekStart); err != nil {
		return err
	}
	p.done, p.hash = 0, newHash(p.file)
	return p.Truncate(0)
}

// copy appends the rest of the file. It ends with ctx also where the rest has come
// already and waits to be read.
func (p *partial) copy(ctx context.Context, body io.Reader, progress func(string, int64, int64)) error {
	buffer := make([]byte, 256<<10)
	for {
		n, err := body.Read(buffer)
		if int64(n) > p.file.size-p.done {
			return fmt.Errorf("got more than %d bytes, which the Hub's list says it has", p.file.size)
		}
		if _, err := p.Write(buffer[:n]); err != nil {
			return p.writeError(err)
		}
		p.hash.Write(buffer[:n])
		p.done += int64(n)
		if progress != nil && n > 0 {
			progress(p.file.name, p.done, p.file.size)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err != nil && err != io.EOF {
			return err
		}
		if err == io.EOF {
			if p.done < p.file.size {
				return &transient{fmt.Errorf("got %d bytes, want %d: %w", p.done, p.file.size, io.ErrUnexpectedEOF), 0}
			}
			return nil
		}
	}
}

// writeError says what to do about a full disk.
func (p *partial) writeError(err error) error {
	var path *fs.PathError
	if diskFull(err) && errors.As(err, &path) {
		return fmt.Errorf("no space for the %d bytes that are missing: free some, or set HF_HUB_CACHE to a directory on another disk: %w", p.file.size-p.done, err)
	}
	return err
}

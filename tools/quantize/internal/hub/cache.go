package hub

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"vitrine/tools/quantize/huggingface"
)

// store is the part of the cache that one model has:
//
//	refs/REVISION           the commit that a branch or tag stood at
//	blobs/HASH              contents, named by their SHA-256 (Git LFS) or Git's SHA-1
//	blobs/HASH.incomplete   as much of them as has come
//	snapshots/COMMIT/NAME   links to blobs; the files themselves where links are not allowed
//
// and the lock of a blob, for the time of its download, in a directory of the same
// name under locks.
type store struct{ dir, locks string }

func (s store) blob(hash string) string       { return filepath.Join(s.dir, "blobs", hash) }
func (s store) snapshot(commit string) string { return filepath.Join(s.dir, "snapshots", commit) }
func (s store) ref(revision string) string {
	return filepath.Join(s.dir, "refs", filepath.FromSlash(revision))
}

// commit returns the commit that the revision had when it was last downloaded.
func (s store) commit(revision string) (string, error) {
	if commitPattern.MatchString(revision) {
		return revision, nil
	}
	text, err := os.ReadFile(s.ref(revision))
	if err != nil {
		return "", err
	}
	commit := strings.TrimSpace(string(text))
	if !commitPattern.MatchString(commit) {
		return "", fmt.Errorf("%s: got %.80q, want a commit: remove the file", s.ref(revision), commit)
	}
	return commit, nil
}

// setCommit remembers the commit of a revision.
func (s store) setCommit(revision, commit string) error {
	if old, err := s.commit(revision); err == nil && old == commit {
		return nil // the cache may be one that only others may write to
	}
	path := s.ref(revision)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	return replace(path, func(f *os.File) error {
		_, err := f.WriteString(commit)
		return err
	})
}

// cached fills in the snapshot from the cache alone.
func cached(snapshot *Snapshot, s store, revision string) error {
	const advice = "run it once without -offline and HF_HUB_OFFLINE"
	commit, err := s.commit(revision)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("revision %s is not in the cache %s: %s", revision, filepath.Dir(s.dir), advice)
	} else if err != nil {
		return err
	}
	dir := s.snapshot(commit)
	has := func(name string) bool {
		info, err := os.Stat(filepath.Join(dir, name))
		return err == nil && info.Mode().IsRegular()
	}
	snapshot.Commit, snapshot.Dir, snapshot.Weights = commit, dir, chooseWeights(has)
	var absent []string
	if !has("config.json") {
		absent = append(absent, "config.json")
	}
	if snapshot.Weights == "" {
		absent = append(absent, strings.Join(huggingface.Weights, " or "))
	}
	parts, err := shards(dir, snapshot.Weights)
	if err != nil {
		return err
	}
	for _, name := range parts {
		if !has(name) {
			absent = append(absent, name)
		}
	}
	if absent != nil {
		return fmt.Errorf("the cache %s lacks, of commit %s: %s: %s", filepath.Dir(s.dir), commit, strings.Join(absent, ", "), advice)
	}
	return nil
}

// publish gives the blob at path its name in the snapshot, as _create_symlink of
// huggingface_hub does. fresh says that nothing else can refer to the blob; symlink is
// os.Symlink.
func publish(path, name string, fresh bool, symlink func(target, name string) error) error {
	target, err := filepath.Rel(filepath.Dir(name), path)
	if err != nil {
		return err
	}
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err // a link to a blob that is gone, or a file that is not whole
	}
	err = symlink(target, name)
	if err == nil || errors.Is(err, fs.ErrExist) { // another process was faster
		return nil
	}
	// Windows allows links to developers and administrators only, FAT to nobody.
	if fresh {
		return os.Rename(path, name)
	}
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer in.Close()
	return replace(name, func(f *os.File) error {
		_, err := io.Copy(f, in)
		return err
	})
}

// replace writes a file under another name and renames it, so that nobody meets a
// part of it.
func replace(path string, write func(*os.File) error) error {
	f, err := os.OpenFile(path+"."+rand.Text()+".tmp", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	err = errors.Join(write(f), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name()) // the error before is the one to report
	}
	return err
}

const lockPoll = 100 * time.Millisecond

// lock waits until no other process has the blob's lock, and takes it.
func (s store) lock(ctx context.Context, hash string) (unlock func(), err error) {
	path := filepath.Join(s.locks, filepath.Base(s.dir), hash+".lock")
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return nil, err
	}
	for {
		f, err := tryLock(path)
		if err != nil {
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		if f != nil {
			return func() { f.Close() }, nil // closing it gives the lock back
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(lockPoll):
		}
	}
}

// Package hub downloads a GPT-2 checkpoint from the Hugging Face Hub, or from a
// server that speaks the same paths, into the cache that Python's huggingface_hub
// keeps: what one has downloaded the other uses.
//
// Sources: https://huggingface.co/docs/hub/api for the list of a model's files,
// src/huggingface_hub/file_download.py of huggingface/huggingface_hub for the
// paths of files, the headers and the layout of the cache.
package hub

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// Prefix is what the name of a model on the Hub begins with.
const Prefix = "hf:"

// Options says where models are and how to get them. FromEnvironment fills all but
// Revision and the functions.
type Options struct {
	Endpoint string // address of the Hub, without a slash at the end
	Cache    string // directory of the cache
	Token    string // of an account, sent to the endpoint only; "" for none
	Offline  bool   // use the cache only
	Revision string // branch, tag or commit; "" for that of the reference, or main

	// Progress, if not nil, is told how many of a file's bytes are there. total is
	// at least 1.
	Progress func(name string, done, total int64)
	// Check, if not nil, looks at the directory when it has all but the weights, so
	// that a model of another kind fails before they are downloaded.
	Check func(dir string) error

	wait  func(context.Context, time.Duration) error // nil: sleep
	stall time.Duration                              // of a connection until it counts as broken; 0: stallLimit
}

// Snapshot is one revision of a model in the cache.
type Snapshot struct {
	ID      string // "OWNER/NAME", or "NAME" alone, as it was asked for
	URL     string // page of the model
	Commit  string
	Dir     string // has the files
	Weights string // name of the weights file in Dir, or of the index of several
}

// Fetch makes the files of a model that a conversion needs present in the cache:
// config.json, the tokenizer's files, the model card, and the weights in the first
// of the forms that it has of huggingface.Weights. ref is hf:OWNER/NAME, hf:NAME, or either
// with @REVISION.
func Fetch(ctx context.Context, ref string, o Options) (*Snapshot, error) {
	id, revision, err := parse(ref, o.Revision)
	if err != nil {
		return nil, err
	}
	endpoint, err := checkEndpoint(o.Endpoint)
	if err != nil {
		return nil, err
	}
	s := &Snapshot{ID: id, URL: endpoint + "/" + id}
	store := store{filepath.Join(o.Cache, "models--"+strings.ReplaceAll(id, "/", "--")), filepath.Join(o.Cache, ".locks")}
	if o.Offline {
		err = cached(s, store, revision)
	} else {
		c := newClient(o, endpoint)
		defer c.http.CloseIdleConnections()
		err = c.fetch(ctx, s, store, revision)
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("%s%s: %w", Prefix, id, err)
	}
	return s, nil
}

var (
	// What the Hub lets people use in names: validate_repo_id of huggingface_hub.
	idPattern       = regexp.MustCompile(`^([A-Za-z0-9_][A-Za-z0-9_.-]*/)?[A-Za-z0-9_][A-Za-z0-9_.-]*$`)
	revisionPattern = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_./+-]*$`)
	commitPattern   = regexp.MustCompile(`^[0-9a-f]{40}$`)
)

// longest names of the Hub and of Git, in bytes
const maxID, maxRevision = 96, 200

// parse splits a reference. asked is the revision of the options.
func parse(ref, asked string) (id, revision string, err error) {
	id, revision, found := strings.Cut(strings.TrimPrefix(ref, Prefix), "@")
	if len(id) > maxID || !idPattern.MatchString(id) || strings.Contains(id, "--") || strings.Contains(id, "..") {
		return "", "", fmt.Errorf("%s: got the model name %q, want OWNER/NAME or NAME as in the address of the model's page", ref, id)
	}
	switch {
	case !found && asked == "":
		return id, "main", nil
	case !found:
		revision = asked
	case asked != "" && asked != revision:
		return "", "", fmt.Errorf("%s: got -revision %s as well, want one revision", ref, asked)
	}
	// It becomes part of a path in the cache.
	if len(revision) > maxRevision || !revisionPattern.MatchString(revision) || !filepath.IsLocal(filepath.FromSlash(revision)) {
		return "", "", fmt.Errorf("%s: got the revision %q, want a branch, a tag or a commit", ref, revision)
	}
	return id, revision, nil
}

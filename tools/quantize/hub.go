package main

import (
	"context"
	"flag"
	"io"
	"os"
	"path/filepath"

	"vitrine/tools/quantize/checkpoint"
	"vitrine/tools/quantize/huggingface"
	"vitrine/tools/quantize/internal/hub"
)

// hubOptions says how to get a model from the Hugging Face Hub.
type hubOptions struct {
	revision string // empty: what -in says, or main
	offline  bool
	terminal io.Writer // gets the progress if it is a terminal; may be nil
}

func (o *hubOptions) register(f *flag.FlagSet) {
	f.StringVar(&o.revision, "revision", "", "the `branch`, tag or commit of a model on the Hugging Face Hub (default main)")
	f.BoolVar(&o.offline, "offline", false, "use models of the Hugging Face Hub from the cache only")
}

// openFromHub opens the model that in names on the Hub, from the cache, into which
// it downloads what is missing.
func openFromHub(ctx context.Context, in string, o openOptions) (*checkpoint.Model, error) {
	h, err := hub.FromEnvironment()
	if err != nil {
		return nil, err
	}
	bar, file := newProgress(o.hub.terminal), ""
	defer func() { bar.clear() }()
	h.Revision, h.Offline = o.hub.revision, h.Offline || o.hub.offline
	h.Progress = func(name string, done, total int64) {
		if name != file { // each file has a rate of its own
			bar.clear()
			bar, file = newProgress(o.hub.terminal), name
		}
		bar.show(done, total)
	}
	h.Check = func(dir string) error { return huggingface.Check(os.DirFS(dir)) }
	s, err := hub.Fetch(ctx, in, h)
	if err != nil {
		return nil, err
	}
	o.hub = hubOptions{} // done with
	model, err := openCheckpoint(ctx, filepath.Join(s.Dir, s.Weights), o)
	if err != nil {
		return nil, err
	}
	model.Source = s.URL
	return model, nil
}

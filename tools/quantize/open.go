package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"vitrine/tools/quantize/checkpoint"
	"vitrine/tools/quantize/huggingface"
)

// openOptions is what the user says of a checkpoint that it does not say itself.
type openOptions struct{}

// register adds the flags of the options to those of a command.
func (o *openOptions) register(f *flag.FlagSet) {}

// openCheckpoint opens the checkpoint that in names: a directory, or the weights
// file in it.
func openCheckpoint(ctx context.Context, in string, o openOptions) (*checkpoint.Model, error) {
	info, err := os.Stat(in)
	if err != nil {
		return nil, err
	}
	dir, weights := filepath.Dir(in), filepath.Base(in)
	if info.IsDir() {
		dir, weights = in, ""
	}
	model, err := huggingface.Open(os.DirFS(dir), weights)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", in, err)
	}
	return model, nil
}

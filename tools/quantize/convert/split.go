package convert

import (
	"context"
	"errors"
	"fmt"
	"io"

	"vitrine/core/gguf"
	"vitrine/tools/quantize/checkpoint"
)

// WriteSplit writes model to several files of at most limit bytes each, as llama.cpp's
// gguf-split divides them: gguf.SplitName has their names. create makes file number
// part, from 0, of count; a model that fits in one file is written as Write writes it,
// with a count of 1.
func WriteSplit(ctx context.Context, create func(part, count int) (io.WriteCloser, error), limit int64, model *checkpoint.Model, o Options) (*Report, error) {
	infos, notes := Plan(model, o.Type)
	meta := Metadata(model, o)
	parts, err := divide(meta, infos, limit)
	if err != nil {
		return nil, err
	}
	c := newConverter(ctx, model, o, infos)
	defer c.pool.close()
	c.report.Notes = notes
	for i, part := range parts {
		if i > 0 {
			meta = new(gguf.Metadata)
		}
		if len(parts) > 1 {
			setPart(meta, i, len(parts), len(infos))
		}
		w, err := create(i, len(parts))
		if err != nil {
			return nil, err
		}
		if err := errors.Join(c.writeFile(w, meta, part), w.Close()); err != nil {
			return nil, err
		}
	}
	return c.report, nil
}

// LimitError reports something that no file may be large enough for.
type LimitError struct {
	What               string // "metadata", or a tensor
	Size, Limit, Least int64  // bytes of it, of a file, and that a file needs for it
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("%s takes %d bytes, and a part may have %d: allow %d at least", e.What, e.Size, e.Limit, e.Least)
}

// divide gives each file as many of the next tensors as fit. The first file has the
// metadata, and may have no room for tensors.
func divide(meta *gguf.Metadata, infos []gguf.TensorInfo, limit int64) ([][]gguf.TensorInfo, error) {
	if size, err := gguf.FileSize(meta, infos); err != nil || size <= limit {
		return [][]gguf.TensorInfo{infos}, err
	}
	small := new(gguf.Metadata) // of every file but the first
	setPart(small, 0, 1, len(infos))
	without, err := gguf.FileSize(small, nil)
	if err != nil {
		return nil, err
	}
	with, err := gguf.FileSize(meta, nil)
	if err != nil {
		return nil, err
	}
	if with+without > limit {
		return nil, &LimitError{"metadata", with, limit, with + without}
	}
	var parts [][]gguf.TensorInfo
	from, extra := 0, with
	for to := 1; to <= len(infos); to++ {
		size, err := gguf.FileSize(small, infos[from:to])
		if err != nil {
			return nil, err
		}
		if size+extra <= limit {
			continue
		}
		if to-1 == from && extra == 0 {
			return nil, &LimitError{infos[from].Name, infos[from].Size, limit, size}
		}
		parts = append(parts, infos[from:to-1])
		from, extra = to-1, 0
		to-- // the tensor begins the next file
	}
	return append(parts, infos[from:]), nil
}

// setPart sets the keys of a file that is one of several.
func setPart(meta *gguf.Metadata, part, parts, tensors int) {
	meta.Set(gguf.KeySplitNumber, uint16(part))
	meta.Set(gguf.KeySplitCount, uint16(parts))
	meta.Set(gguf.KeySplitTensors, int32(tensors))
}

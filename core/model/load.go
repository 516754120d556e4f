package model

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"

	"vitrine/core/gguf"
	"vitrine/core/kernel"
	"vitrine/core/quant"
)

// Tensor names, llama.cpp's for gpt2 (gguf-py/gguf/tensor_mapping.py).
const (
	tokenTableName    = "token_embd.weight"
	positionTableName = "position_embd.weight"
	headName          = "output.weight"
)

// chunkBytes is how much of a tensor's data is read at once, or one row where that
// is more: beside the weights nothing of the file is ever held. It is more than the
// reader's buffer holds, through which it is not copied then.
const chunkBytes = 256 << 10

// Load reads a model, tensor by tensor in file order, and checks every shape
// before it reads any data; of a model in several parts, part by part. A file of
// another architecture is a *gguf.UnsupportedError, one whose parts do not make a
// model an *InvalidError. Numbers that are not finite are an error too, with the
// name of their tensor.
func Load(r *gguf.Reader) (*Model, error) {
	m, slots, err := begin(r)
	if err != nil {
		return nil, err
	}
	config := m.config
	var l loader
	for {
		info, data, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		s, err := find(slots, info) // a later part's has not been checked
		if err != nil {
			return nil, err
		}
		if err := l.load(s, info, data); err != nil {
			return nil, err
		}
		m.parameters += elements(info.Shape)
	}
	if err := checkMissing(slots, r); err != nil {
		return nil, err
	}
	m.config.TiedHead, m.config.Weights = m.head.q8 == nil && m.head.f32 == nil, mostWeights(r.Tensors())
	if m.config.TiedHead {
		m.head = m.wte
	}
	if config.Position == "sinusoidal" {
		m.wpe = sinusoids(config.Context, config.Embedding)
	}
	return m, nil
}

// Check reports whether Load would take the model, apart from numbers that are not
// finite: it reads no data, of a model in several parts at most to go past it.
func Check(r *gguf.Reader) error {
	_, slots, err := begin(r)
	for err == nil && !r.Complete() {
		_, _, err = r.Next()
	}
	if err != nil && err != io.EOF { // that of a part alone: others are missing
		return err
	}
	for _, info := range r.Tensors() {
		if _, err := find(slots, info); err != nil {
			return err
		}
	}
	return checkMissing(slots, r)
}

// Bytes returns how much memory Load needs at least for the weights that the reader knows of:
// Q8_0 matrices take what they do in the file, all else is float32. It reads no data. Errors
// are those of Load.
func Bytes(r *gguf.Reader) (int64, error) {
	_, slots, err := begin(r)
	if err != nil {
		return 0, err
	}
	var sum int64
	for _, info := range r.Tensors() {
		s, err := find(slots, info)
		if err != nil {
			return 0, err
		}
		if s.matrix != nil && info.Type == gguf.Q8_0 {
			sum += info.Size
		} else {
			sum += 4 * elements(info.Shape)
		}
	}
	return sum, nil
}

// begin returns a model without its weights, and where these go, when it has checked
// all that the reader knows of them.
func begin(r *gguf.Reader) (*Model, []slot, error) {
	config, err := readConfig(r)
	if err != nil {
		return nil, nil, err
	}
	m := &Model{config: config, activate: activations[config.Activation]}
	m.caches.New = func() any {
		caches := make([]layerCache, config.Layers)
		return &caches
	}
	m.passes.New = func() any { return &pass{model: m} }
	m.blocks = make([]block, config.Layers)
	slots := m.slots()
	for _, info := range r.Tensors() {
		if _, err := find(slots, info); err != nil {
			return nil, nil, err
		}
	}
	if r.Complete() {
		err = checkMissing(slots, r)
	}
	return m, slots, err
}

// slot is where one tensor goes: exactly one of matrix and values is set.
type slot struct {
	name     string
	shape    []int
	optional bool
	matrix   *linear
	values   *[]float32
}

// slots is the table of all tensors of the model. Biases are optional: nanoGPT
// trains models without them.
func (m *Model) slots() []slot {
	c, f, v := m.config.Embedding, m.config.FeedForward, m.config.Vocabulary
	var slots []slot
	add := func(s slot) { slots = append(slots, s) }
	dense := func(name string, l *linear, rows, cols int) {
		add(slot{name: name + ".weight", shape: []int{rows, cols}, matrix: l})
		add(slot{name: name + ".bias", shape: []int{rows}, values: &l.bias, optional: true})
	}
	norm := func(name string, n *layerNorm) {
		n.epsilon = m.config.Epsilon
		add(slot{name: name + ".weight", shape: []int{c}, values: &n.scale})
		add(slot{name: name + ".bias", shape: []int{c}, values: &n.shift, optional: true})
	}
	add(slot{name: tokenTableName, shape: []int{v, c}, matrix: &m.wte})
	if m.config.Position == "learned" {
		add(slot{name: positionTableName, shape: []int{m.config.Context, c}, values: &m.wpe})
	}
	for i := range m.blocks {
		b, name := &m.blocks[i], fmt.Sprintf("blk.%d.", i)
		norm(name+"attn_norm", &b.ln1)
		dense(name+"attn_qkv", &b.qkv, 3*c, c)
		dense(name+"attn_output", &b.attnProj, c, c)
		norm(name+"ffn_norm", &b.ln2)
		dense(name+"ffn_up", &b.fc, f, c)
		dense(name+"ffn_down", &b.mlpProj, c, f)
	}
	norm("output_norm", &m.lnF)
	add(slot{name: headName, shape: []int{v, c}, matrix: &m.head, optional: true}) // tied where it is absent
	return slots
}

// find returns the place of a tensor, whose name and shape must be the table's.
// That no name comes twice and that the rows fit their type, the reader has checked.
func find(slots []slot, info gguf.TensorInfo) (slot, error) {
	i := slices.IndexFunc(slots, func(s slot) bool { return s.name == info.Name })
	if i < 0 {
		return slot{}, &InvalidError{Subject: fmt.Sprintf("tensor %q", info.Name), Got: "a tensor that this model has no place for", Want: "GPT-2's tensors only"}
	}
	if s := slots[i]; !slices.Equal(info.Shape, s.shape) {
		return s, &InvalidError{Subject: fmt.Sprintf("tensor %q", info.Name), Got: fmt.Sprintf("shape %v", info.Shape), Want: fmt.Sprintf("%v", s.shape)}
	}
	return slots[i], nil
}

// checkMissing looks for the tensors that no file may be without.
func checkMissing(slots []slot, r *gguf.Reader) error {
	present := make(map[string]bool)
	for _, info := range r.Tensors() {
		present[info.Name] = true
	}
	i := slices.IndexFunc(slots, func(s slot) bool { return !s.optional && !present[s.name] })
	if i < 0 {
		return nil
	}
	err := &InvalidError{Subject: fmt.Sprintf("tensor %q", slots[i].name), Got: "no such tensor", Want: fmt.Sprintf("shape %v", slots[i].shape)}
	if part, count := r.Part(); !r.Complete() {
		err.Got = fmt.Sprintf("no such tensor in part %d of %d", part+1, count)
		err.Want = fmt.Sprintf("all %d parts of the model, from the first on", count)
	}
	return err
}

// loader has the memory that passes the data on, used again for every tensor.
type loader struct {
	raw    []byte    // a chunk as it is in the file
	values []float32 // the same, decoded
}

// load reads the data of the tensor into its place: Q8_0 matrices as they are, all
// else as float32.
func (l *loader) load(s slot, info gguf.TensorInfo, data io.Reader) error {
	cols := info.Shape[len(info.Shape)-1]
	switch {
	case s.matrix != nil && info.Type == gguf.Q8_0:
		w := kernel.NewMatrixQ8(info.Shape[0], cols)
		s.matrix.q8 = w
		return l.eachChunk(info, data, info.Shape[0], func(row int, raw []byte) error {
			if err := w.SetRows(row, raw); err != nil {
				return fmt.Errorf("model: tensor %q: %w", info.Name, err)
			}
			return nil
		})
	case s.matrix != nil:
		w := kernel.NewMatrixF32(info.Shape[0], cols)
		s.matrix.f32 = w
		return l.eachChunk(info, data, info.Shape[0], func(row int, raw []byte) error {
			l.values = decode(l.values[:0], info.Type, raw)
			w.SetRows(row, l.values)
			return checkFinite(info, row*cols, l.values)
		})
	default:
		count := int(elements(info.Shape))
		values := make([]float32, 0, count)
		err := l.eachChunk(info, data, count/cols, func(row int, raw []byte) error {
			values = decode(values, info.Type, raw)
			return checkFinite(info, row*cols, values[row*cols:])
		})
		*s.values = values
		return err
	}
}

// eachChunk calls use with the data of some rows at a time, the first of which is
// row. raw is lent.
func (l *loader) eachChunk(info gguf.TensorInfo, data io.Reader, rows int, use func(row int, raw []byte) error) error {
	cols := info.Shape[len(info.Shape)-1]
	rowBytes, _ := info.Type.RowBytes(cols) // the reader has checked that they fit
	step := max(1, chunkBytes/int(rowBytes))
	if step >= kernel.GroupRows {
		step -= step % kernel.GroupRows // which a matrix takes fastest
	}
	step = min(rows, step)
	l.raw = slices.Grow(l.raw[:0], step*int(rowBytes))
	for row := 0; row < rows; row += step {
		raw := l.raw[:min(step, rows-row)*int(rowBytes)]
		if _, err := io.ReadFull(data, raw); err != nil {
			return err // names the tensor and the offset
		}
		if err := use(row, raw); err != nil {
			return err
		}
	}
	return nil
}

// decode appends the values of raw to dst.
func decode(dst []float32, t gguf.Type, raw []byte) []float32 {
	switch t {
	case gguf.F32:
		n := len(dst)
		dst = slices.Grow(dst, len(raw)/4)[:n+len(raw)/4]
		for i := range dst[n:] {
			dst[n+i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
		}
	case gguf.F16:
		for ; len(raw) > 0; raw = raw[2:] {
			dst = append(dst, quant.Float16ToFloat32(binary.LittleEndian.Uint16(raw)))
		}
	case gguf.Q8_0:
		n := len(dst)
		dst = slices.Grow(dst, len(raw)/quant.BlockBytes*quant.BlockSize)
		dst = dst[:n+len(raw)/quant.BlockBytes*quant.BlockSize]
		quant.DequantizeRow(dst[n:], raw)
	}
	return dst
}

// checkFinite refuses NaN and infinities: one of them spoils every later number.
// first is the place of values[0] in the tensor.
func checkFinite(info gguf.TensorInfo, first int, values []float32) error {
	if kernel.Finite(values) {
		return nil
	}
	for i, v := range values {
		if v-v != 0 {
			at := int64(first + i)
			if info.Type == gguf.Q8_0 {
				at -= at % quant.BlockSize // what is wrong is the scale, where the block starts
			}
			return &gguf.FormatError{
				Offset: info.Offset + at*info.Size/elements(info.Shape), Section: "tensor data", Field: fmt.Sprintf("%q", info.Name),
				Got: fmt.Sprintf("%v as value %d", v, first+i), Want: "a finite number",
			}
		}
	}
	return nil
}

// elements returns the product of the dims, which the reader has checked to fit.
func elements(shape []int) int64 {
	n := int64(1)
	for _, dim := range shape {
		n *= int64(dim)
	}
	return n
}

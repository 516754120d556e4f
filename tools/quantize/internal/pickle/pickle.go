// Package pickle reads the files of PyTorch's torch.save: zip archives, and the
// format before them. Nothing of a file is executed: only the few names that a state
// dict consists of are known, and what any other would make is an object that holds
// what it would be made of. Values stay in the file until they are asked for.
//
// Source: torch/serialization.py and torch/_utils.py of PyTorch 1.13.
package pickle

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strings"
	"sync"

	"github.com/nlpodyssey/gopickle/pickle"
	"github.com/nlpodyssey/gopickle/types"

	"vitrine/tools/quantize/checkpoint"
)

// Checkpoint is what a file holds of a model.
type Checkpoint struct {
	Tensors []checkpoint.Stored
	Args    map[string]any // nanoGPT's model_args: bool, int, float64 or string; nil where there are none
	Sizes   map[string]any // the same of what else configures the model, which may be about another one
	Notes   []string
}

// magic is the number that the older format begins with.
const magic = "1950a86a20f9469cfc6c"

// Open reads the file in r, which is size bytes long.
func Open(r io.ReaderAt, size int64) (*Checkpoint, error) {
	f := &file{r: r, size: size, storages: make(map[string]*storage), classes: make(map[string]bool), whole: new(whole)}
	start := make([]byte, 262)
	n, err := r.ReadAt(start, 0)
	if err != nil && err != io.EOF {
		return nil, fmt.Errorf("pickle: %w", err)
	}
	var root any
	switch start = start[:n]; {
	case bytes.HasPrefix(start, []byte("PK\x03\x04")):
		root, err = f.readZip()
	case bytes.HasPrefix(start, []byte{0x80}):
		root, err = f.readStream()
	case bytes.HasSuffix(start, []byte("ustar")):
		err = errors.New("got a tar archive, of PyTorch before 0.1.10: load it there and save it again")
	default:
		err = errors.New("got neither a zip archive nor a pickle, want a file of torch.save")
	}
	if err != nil {
		return nil, fmt.Errorf("pickle: %w", err)
	}
	c, err := f.checkpoint(root)
	if err != nil {
		return nil, fmt.Errorf("pickle: %w", err)
	}
	return c, nil
}

// file is a file that is being read.
type file struct {
	r        io.ReaderAt
	size     int64
	storages map[string]*storage // by key
	classes  map[string]bool     // of objects
	whole    *whole
}

// storage is a run of values, of which tensors are views.
type storage struct {
	class  class
	key    string
	count  int64 // values, as the pickle says
	offset int64 // in the file, -1 until it is known
	bytes  int64 // in the file
}

// class is a type of storage, with the type and size of its values.
type class struct {
	typ  string
	size int64
}

var classes = map[string]class{
	"torch.FloatStorage": {"F32", 4}, "torch.HalfStorage": {"F16", 2}, "torch.BFloat16Storage": {"BF16", 2},
	"torch.DoubleStorage": {"F64", 8}, "torch.LongStorage": {"I64", 8}, "torch.IntStorage": {"I32", 4},
	"torch.ShortStorage": {"I16", 2}, "torch.CharStorage": {"I8", 1}, "torch.ByteStorage": {"U8", 1}, "torch.BoolStorage": {"BOOL", 1},
}

// tensor is a view of a storage.
type tensor struct {
	storage       *storage
	offset        int // values
	shape, stride []int
}

// PySetState implements types.PyStateSettable: what a program has attached to a tensor
// is no part of it.
func (t *tensor) PySetState(any) error { return nil }

// call is a function of Go that stands for one of PyTorch.
type call func(args ...any) (any, error)

// Call implements types.Callable.
func (c call) Call(args ...any) (any, error) { return c(args...) }

// findClass gives what a name in the pickle stands for. gopickle itself knows
// OrderedDict, and two names of Python's that make nothing by themselves.
func (f *file) findClass(module, name string) (any, error) {
	full := module + "." + name
	if c, ok := classes[full]; ok {
		return c, nil
	}
	switch full {
	case "torch._utils._rebuild_tensor_v2":
		return call(rebuildTensor), nil
	case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state": // data, and more
		return call(func(args ...any) (any, error) {
			if len(args) < 1 {
				return &object{class: full}, nil
			}
			return args[0], nil
		}), nil
	case "torch._tensor._rebuild_from_type_v2": // function, type, arguments, state
		return call(func(args ...any) (any, error) {
			if len(args) == 4 {
				make, ok1 := args[0].(call)
				with, ok2 := args[2].(*types.Tuple)
				if ok1 && ok2 {
					return make(*with...)
				}
			}
			return &object{class: full}, nil
		}), nil
	}
	f.classes[full] = true
	return &object{class: full}, nil
}

// rebuildTensor has the arguments storage, offset, shape, strides and more. What is
// made of others is no tensor that can be read.
func rebuildTensor(args ...any) (any, error) {
	none := &object{class: "torch._utils._rebuild_tensor_v2"}
	if len(args) < 4 {
		return none, nil
	}
	s, ok1 := args[0].(*storage)
	offset, ok2 := args[1].(int)
	shape, ok3 := ints(args[2])
	stride, ok4 := ints(args[3])
	if !ok1 || !ok2 || !ok3 || !ok4 || len(shape) != len(stride) {
		return none, nil
	}
	return &tensor{s, offset, shape, stride}, nil
}

func ints(v any) ([]int, bool) {
	tuple, ok := v.(*types.Tuple)
	if !ok {
		return nil, false
	}
	list := make([]int, tuple.Len())
	for i, item := range *tuple {
		if list[i], ok = item.(int); !ok {
			return nil, false
		}
	}
	return list, true
}

// load unpickles what scan has read. Panics of gopickle, which trusts its input, are
// errors of the file.
func (f *file) load(b []byte) (v any, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("damaged: %v", p)
		}
	}()
	u := pickle.NewUnpickler(bytes.NewReader(b))
	u.FindClass = f.findClass
	u.PersistentLoad = f.persistent
	return u.Load()
}

// persistent returns the storage with the id ("storage", class, key, device, count),
// in the older format followed by None, or a view, which only PyTorch before 0.4
// wrote.
func (f *file) persistent(id any) (any, error) {
	tuple, ok := id.(*types.Tuple)
	if !ok || tuple.Len() < 5 || tuple.Get(0) != "storage" {
		return &object{class: "a reference"}, nil
	}
	if o, ok := tuple.Get(1).(*object); ok { // a type that no model of ours has
		return &object{class: o.class}, nil
	}
	c, ok1 := tuple.Get(1).(class)
	key, ok2 := tuple.Get(2).(string)
	n, ok3 := tuple.Get(4).(int)
	if !ok1 || !ok2 || !ok3 || n < 0 {
		return nil, errors.New("got a storage without a type, a name or a size")
	}
	if tuple.Len() > 5 && tuple.Get(5) != nil {
		return nil, fmt.Errorf("storage %.80q is a view of another: load the file in PyTorch and save it again", key)
	}
	s, ok := f.storages[key]
	if !ok {
		s = &storage{class: c, key: key, count: int64(n), offset: -1}
		f.storages[key] = s
	}
	if s.class != c || s.count != int64(n) {
		return nil, fmt.Errorf("storage %.80q: got %s and %s, %d and %d values, want one of each", key, s.class.typ, c.typ, s.count, n)
	}
	return s, nil
}

// readZip reads NAME/data.pkl, and finds NAME/data/KEY of every storage.
func (f *file) readZip() (any, error) {
	archive, err := zip.NewReader(f.r, f.size)
	if err != nil {
		return nil, fmt.Errorf("damaged or cut off, so copy or download the file again: %w", err)
	}
	entries := make(map[string]*zip.File)
	root := ""
	for _, entry := range archive.File {
		entries[entry.Name] = entry
		if name, ok := strings.CutSuffix(entry.Name, "/data.pkl"); ok {
			root = name
		}
		if strings.HasSuffix(entry.Name, "/constants.pkl") {
			return nil, errors.New("got a TorchScript model, which is a program: want a state dict")
		}
	}
	if root == "" {
		return nil, errors.New("got a zip archive without data.pkl, want a file of torch.save")
	}
	if order := entries[root+"/byteorder"]; order != nil {
		if text, err := content(order, 16); err != nil || text != "little" {
			return nil, fmt.Errorf("byteorder: got %q (error %v), want little", text, err)
		}
	}
	r, err := entries[root+"/data.pkl"].Open()
	if err != nil {
		return nil, fmt.Errorf("data.pkl: %w", err)
	}
	defer r.Close()
	b, err := scan(bufio.NewReader(r))
	if err != nil {
		return nil, fmt.Errorf("data.pkl: %w", err)
	}
	v, err := f.load(b)
	if err != nil {
		return nil, err
	}
	for key, s := range f.storages {
		entry := entries[root+"/data/"+key]
		if entry == nil {
			continue // an error only for a tensor of the model
		}
		if entry.Method != zip.Store {
			return nil, fmt.Errorf("%.80q is compressed: unpack the archive and pack it without compression (zip -0)", entry.Name)
		}
		offset, err := entry.DataOffset()
		if err != nil {
			return nil, fmt.Errorf("%.80q: %w", entry.Name, err)
		}
		if entry.UncompressedSize64 > uint64(f.size) || offset < 0 || offset > f.size-int64(entry.UncompressedSize64) {
			return nil, fmt.Errorf("%.80q: got %d bytes from %d on, want them within the %d of the file", entry.Name, entry.UncompressedSize64, offset, f.size)
		}
		s.offset, s.bytes = offset, int64(entry.UncompressedSize64)
	}
	return v, nil
}

// content returns a small entry as text.
func content(entry *zip.File, limit int64) (string, error) {
	r, err := entry.Open()
	if err != nil {
		return "", err
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, limit))
	return string(b), err
}

// readStream reads the format before zip archives: pickles of a magic number, a
// version, the machine, the object and the keys of the storages, which follow, each
// with its number of values.
func (f *file) readStream() (any, error) {
	counter := &counter{r: io.NewSectionReader(f.r, 0, f.size)}
	r := bufio.NewReader(counter)
	var parts [5]any
	for i, name := range []string{"magic number", "version", "machine", "object", "storage keys"} {
		b, err := scan(r)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if parts[i], err = f.load(b); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if n, ok := parts[0].(*big.Int); !ok || n.Text(16) != magic {
			return nil, errors.New("got a pickle, want one of torch.save")
		}
	}
	if parts[1] != 1001 {
		return nil, fmt.Errorf("version: got %s, want 1001", kind(parts[1]))
	}
	machine, _ := entries(parts[2])
	for _, e := range machine {
		if e.Key == "little_endian" && e.Value != true {
			return nil, errors.New("got a file of a big-endian machine: load it in PyTorch and save it again")
		}
	}
	keys, ok := parts[4].(*types.List)
	if !ok {
		return nil, errors.New("storage keys: want a list")
	}
	at := counter.n - int64(r.Buffered())
	for _, item := range *keys {
		key, _ := item.(string)
		s := f.storages[key]
		if s == nil || s.offset >= 0 {
			return nil, fmt.Errorf("storage %.80q: no tensor has it, or it comes twice", key)
		}
		var head [8]byte
		if n, err := f.r.ReadAt(head[:], at); n < len(head) {
			return nil, fmt.Errorf("storage %.80q at offset %d: %w: the file is cut off", key, at, err)
		}
		n := binary.LittleEndian.Uint64(head[:])
		if n != uint64(s.count) {
			return nil, fmt.Errorf("storage %.80q at offset %d: got %d values, want %d", key, at, n, s.count)
		}
		at += 8
		if s.count > (f.size-at)/s.class.size {
			return nil, fmt.Errorf("storage %.80q at offset %d: got %d bytes up to the end of the file, want %d values of %d: the file is cut off", key, at, f.size-at, s.count, s.class.size)
		}
		s.offset, s.bytes = at, s.count*s.class.size
		at += s.bytes
	}
	return parts[3], nil
}

// counter counts what has been read.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// stored checks that the tensor lies within its storage, and that within the file.
func (f *file) stored(name string, t *tensor) (checkpoint.Stored, error) {
	s := t.storage
	none := checkpoint.Stored{}
	if s.offset < 0 {
		return none, fmt.Errorf("its storage %.80q is not in the file", s.key)
	}
	if have := s.bytes / s.class.size; have < s.count {
		return none, fmt.Errorf("its storage %.80q has %d values, want %d: the file is cut off or damaged", s.key, have, s.count)
	}
	outside := fmt.Errorf("got shape %.80s and strides %.80s from value %d on, want them within a storage of %d values", fmt.Sprint(t.shape), fmt.Sprint(t.stride), t.offset, s.count)
	if t.offset < 0 || int64(t.offset) >= s.count {
		return none, outside
	}
	count, last, packed := int64(1), int64(t.offset), true // last: the furthest value that is used
	for i := len(t.shape) - 1; i >= 0; i-- {
		n, stride := int64(t.shape[i]), int64(t.stride[i])
		if n < 1 || stride < 0 || n > s.count/count || n > 1 && stride > (s.count-1-last)/(n-1) {
			return none, outside
		}
		packed = packed && (stride == count || n == 1)
		count *= n
		last += (n - 1) * stride
	}
	stored := checkpoint.Stored{Name: name, Type: s.class.typ, Shape: t.shape, Bytes: count * s.class.size}
	if _, ok := checkpoint.TypeBytes[s.class.typ]; !ok {
		return stored, nil
	}
	floats := &checkpoint.Floats{R: f.r, Tensor: name, Type: s.class.typ, Offset: s.offset + int64(t.offset)*s.class.size, Count: last - int64(t.offset) + 1}
	if stored.Values = floats; !packed {
		stored.Values = &strided{floats: floats, shape: t.shape, stride: t.stride, count: count, whole: f.whole}
	}
	return stored, nil
}

// strided is a tensor whose values do not lie in its own order, such as one that was
// transposed. All of it is read at once.
type strided struct {
	floats        *checkpoint.Floats // every value that it has, in the order of the file
	shape, stride []int
	count         int64
	whole         *whole
}

// whole has the values of the strided tensor of a file that was asked for last.
type whole struct {
	mutex  sync.Mutex
	tensor *strided
	values []float32
}

// ReadAt implements checkpoint.Values.
func (s *strided) ReadAt(dst []float32, first int64) error {
	if err := checkpoint.CheckRange(s.floats.Tensor, s.count, dst, first); err != nil {
		return err
	}
	s.whole.mutex.Lock()
	defer s.whole.mutex.Unlock()
	if s.whole.tensor != s {
		s.whole.tensor, s.whole.values = nil, make([]float32, s.floats.Count)
		if err := s.floats.ReadAt(s.whole.values, 0); err != nil {
			return err
		}
		s.whole.tensor = s
	}
	// The place of value number first, then one step at a time.
	index, at := make([]int, len(s.shape)), 0
	for i, rest := len(s.shape)-1, first; i >= 0; i-- {
		index[i] = int(rest % int64(s.shape[i]))
		rest /= int64(s.shape[i])
		at += index[i] * s.stride[i]
	}
	for n := range dst {
		dst[n] = s.whole.values[at]
		for i := len(index) - 1; i >= 0; i-- {
			index[i]++
			at += s.stride[i]
			if index[i] < s.shape[i] {
				break
			}
			at -= s.shape[i] * s.stride[i]
			index[i] = 0
		}
	}
	return nil
}

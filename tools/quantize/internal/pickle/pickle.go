// Package pickle reads the files of PyTorch's torch.save: zip archives, and the
// format before them. Nothing of a file is executed: only the few names that a state
// dict consists of are known, any other is an error. Values stay in the file until
// they are asked for.
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
}

// magic is the number that the older format begins with.
const magic = "1950a86a20f9469cfc6c"

// Open reads the file in r, which is size bytes long.
func Open(r io.ReaderAt, size int64) (*Checkpoint, error) {
	f := &file{r: r, size: size, storages: make(map[string]*storage), whole: new(whole)}
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

// call is a function of Go that stands for one of PyTorch.
type call func(args ...any) (any, error)

// Call implements types.Callable.
func (c call) Call(args ...any) (any, error) { return c(args...) }

// findClass gives what a name in the pickle stands for. gopickle itself knows
// OrderedDict, and two names of Python's that make nothing by themselves.
func findClass(module, name string) (any, error) {
	full := module + "." + name
	if c, ok := classes[full]; ok {
		return c, nil
	}
	switch full {
	case "torch._utils._rebuild_tensor_v2":
		return call(rebuildTensor), nil
	case "torch._utils._rebuild_parameter": // data, requires_grad, hooks
		return call(func(args ...any) (any, error) {
			if len(args) < 1 {
				return nil, errors.New("_rebuild_parameter: got no arguments, want a tensor")
			}
			return args[0], nil
		}), nil
	}
	return nil, fmt.Errorf("it needs %s, which would have to be run: want a state dict, saved with torch.save(model.state_dict(), ...)", full)
}

// rebuildTensor has the arguments storage, offset, shape, strides and more.
func rebuildTensor(args ...any) (any, error) {
	if len(args) < 4 {
		return nil, fmt.Errorf("_rebuild_tensor_v2: got %d arguments, want 4 at least", len(args))
	}
	s, ok1 := args[0].(*storage)
	offset, ok2 := args[1].(int)
	shape, ok3 := ints(args[2])
	stride, ok4 := ints(args[3])
	if !ok1 || !ok2 || !ok3 || !ok4 || len(shape) != len(stride) {
		return nil, errors.New("_rebuild_tensor_v2: want a storage, a number, a shape and as many strides")
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
	u.FindClass = findClass
	u.PersistentLoad = f.persistent
	return u.Load()
}

// persistent returns the storage with the id ("storage", class, key, device, count),
// in the older format followed by None, or a view, which only PyTorch before 0.4
// wrote.
func (f *file) persistent(id any) (any, error) {
	tuple, ok := id.(*types.Tuple)
	if !ok || tuple.Len() < 5 || tuple.Get(0) != "storage" {
		return nil, errors.New("got a reference that is no storage")
	}
	c, ok1 := tuple.Get(1).(class)
	key, ok2 := tuple.Get(2).(string)
	n, ok3 := tuple.Get(4).(int)
	if !ok1 || !ok2 || !ok3 || n < 0 {
		return nil, errors.New("got a storage without a type, a name or a size")
	}
	if tuple.Len() > 5 && tuple.Get(5) != nil {
		return nil, fmt.Errorf("storage %q is a view of another: load the file in PyTorch and save it again", key)
	}
	s, ok := f.storages[key]
	if !ok {
		s = &storage{class: c, key: key, count: int64(n), offset: -1}
		f.storages[key] = s
	}
	if s.class != c || s.count != int64(n) {
		return nil, fmt.Errorf("storage %q: got %s and %s, %d and %d values, want one of each", key, s.class.typ, c.typ, s.count, n)
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
			return nil, fmt.Errorf("%s is compressed: unpack the archive and pack it without compression (zip -0)", entry.Name)
		}
		offset, err := entry.DataOffset()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", entry.Name, err)
		}
		if entry.UncompressedSize64 > uint64(f.size) || offset < 0 || offset > f.size-int64(entry.UncompressedSize64) {
			return nil, fmt.Errorf("%s: got %d bytes from %d on, want them within the %d of the file", entry.Name, entry.UncompressedSize64, offset, f.size)
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
		return nil, fmt.Errorf("version: got %v, want 1001", parts[1])
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
			return nil, fmt.Errorf("storage %q: no tensor has it, or it comes twice", key)
		}
		var head [8]byte
		if n, err := f.r.ReadAt(head[:], at); n < len(head) {
			return nil, fmt.Errorf("storage %q at offset %d: %w: the file is cut off", key, at, err)
		}
		n := binary.LittleEndian.Uint64(head[:])
		if n != uint64(s.count) {
			return nil, fmt.Errorf("storage %q at offset %d: got %d values, want %d", key, at, n, s.count)
		}
		at += 8
		if s.count > (f.size-at)/s.class.size {
			return nil, fmt.Errorf("storage %q at offset %d: got %d bytes up to the end of the file, want %d values of %d: the file is cut off", key, at, f.size-at, s.count, s.class.size)
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

// entries returns those of a dict of either kind.
func entries(v any) ([]types.DictEntry, bool) {
	switch d := v.(type) {
	case *types.Dict:
		return *d, true
	case *types.OrderedDict:
		var list []types.DictEntry
		for e := d.List.Front(); e != nil; e = e.Next() {
			entry := e.Value.(*types.OrderedDictEntry)
			list = append(list, types.DictEntry{Key: entry.Key, Value: entry.Value})
		}
		return list, true
	}
	return nil, false
}

// stateKeys are the names under which training programs keep the state dict.
var stateKeys = []any{"model", "state_dict", "model_state_dict"}

// checkpoint finds the state dict in what has been loaded: all of it, or a part.
func (f *file) checkpoint(root any) (*Checkpoint, error) {
	list, ok := entries(root)
	if !ok {
		return nil, fmt.Errorf("got %T, want a state dict", root)
	}
	c := new(Checkpoint)
	for _, key := range stateKeys {
		for _, e := range list {
			if part, ok := entries(e.Value); ok && e.Key == key {
				c.Args = args(list)
				return c, f.addTensors(c, part)
			}
		}
	}
	return c, f.addTensors(c, list)
}

// args returns nanoGPT's model_args.
func args(root []types.DictEntry) map[string]any {
	for _, e := range root {
		list, ok := entries(e.Value)
		if !ok || e.Key != "model_args" {
			continue
		}
		args := make(map[string]any)
		for _, e := range list {
			if key, ok := e.Key.(string); ok {
				switch e.Value.(type) {
				case bool, int, float64, string:
					args[key] = e.Value
				}
			}
		}
		return args
	}
	return nil
}

func (f *file) addTensors(c *Checkpoint, list []types.DictEntry) error {
	seen := make(map[string]bool)
	for _, e := range list {
		name, ok := e.Key.(string)
		if !ok {
			return fmt.Errorf("state dict: got a key of type %T, want names", e.Key)
		}
		t, ok := e.Value.(*tensor)
		if !ok {
			return fmt.Errorf("state dict: %q: got %s, want a tensor", name, kind(e.Value))
		}
		if seen[name] {
			return fmt.Errorf("tensor %q: got it twice, want each name once", name)
		}
		seen[name] = true
		stored, err := f.stored(name, t)
		if err != nil {
			return fmt.Errorf("tensor %q: %w", name, err)
		}
		c.Tensors = append(c.Tensors, stored)
	}
	return nil
}

// kind names what a value is, for an error.
func kind(v any) string {
	if _, ok := entries(v); ok {
		return "a dict"
	}
	return fmt.Sprintf("%T", v)
}

// stored checks that the tensor lies within its storage, and that within the file.
func (f *file) stored(name string, t *tensor) (checkpoint.Stored, error) {
	s := t.storage
	none := checkpoint.Stored{}
	if s.offset < 0 {
		return none, fmt.Errorf("its storage %q is not in the file", s.key)
	}
	if have := s.bytes / s.class.size; have < s.count {
		return none, fmt.Errorf("its storage %q has %d values, want %d: the file is cut off or damaged", s.key, have, s.count)
	}
	outside := fmt.Errorf("got shape %v and strides %v from value %d on, want them within a storage of %d values", t.shape, t.stride, t.offset, s.count)
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

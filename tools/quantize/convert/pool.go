package convert

import (
	"context"
	"io"
	"runtime"
	"sync"
	"sync/atomic"

	"vitrine/core/gguf"
	"vitrine/core/quant"
	"vitrine/tools/quantize/checkpoint"
)

// A job has as many rows as make about chunk values, few enough for a core's own
// cache; of a matrix to be transposed minRows at least, to read whole lines of it.
// Neither depends on the number of cores, and nor do the figures.
const (
	chunk   = 1 << 15
	minRows = 2 * tile
)

// inFlight is how many chunks each worker may be ahead of the writer.
const inFlight = 4

// pool converts tensors with all cores. Its workers take chunks in the order of the
// file, and read hands the chunks back in that order.
type pool struct {
	ctx     context.Context
	stop    context.CancelFunc
	workers sync.WaitGroup
	free    chan *job
	ordered chan *job // taken by a worker, in the order of the file
	current *job      // whose bytes read is handing out

	mutex   sync.Mutex // of what follows
	tensors []*source
	spare   [][]float32 // memory of matrices that are done with
}

// source is one tensor that is being converted.
type source struct {
	tensor     checkpoint.Tensor
	info       gguf.TensorInfo
	rows, cols int
	next       int     // the first row that no job has
	matrix     *matrix // of a transposed tensor that some job has
}

// job is some rows of a tensor on their way to the file.
type job struct {
	source    *source
	row, rows int
	matrix    *matrix

	values  []float32      // [rows, cols]
	stored  [piece]float32 // what some of the bytes stand for
	bytes   []byte         // the converted rows
	figures quant.Figures  // of the rows
	err     error
	done    chan struct{} // has an element when all of this is there
}

// newPool starts the workers. infos say what to make of each of the tensors.
func newPool(ctx context.Context, tensors []checkpoint.Tensor, infos []gguf.TensorInfo) *pool {
	p := new(pool)
	p.ctx, p.stop = context.WithCancel(ctx)
	for i, t := range tensors {
		p.tensors = append(p.tensors, &source{tensor: t, info: infos[i], rows: rows(t.Shape), cols: cols(t.Shape)})
	}
	workers := runtime.GOMAXPROCS(0)
	p.free, p.ordered = make(chan *job, workers*inFlight), make(chan *job, workers*inFlight)
	for range cap(p.free) {
		p.free <- &job{done: make(chan struct{}, 1)}
	}
	for range workers {
		p.workers.Go(p.work)
	}
	return p
}

// close stops the workers and waits for them, so that nobody reads from the
// checkpoint any more.
func (p *pool) close() {
	p.stop()
	p.workers.Wait()
}

func (p *pool) work() {
	for {
		select {
		case <-p.ctx.Done():
			return
		case j := <-p.free:
			if !p.take(j) {
				return
			}
			if j.err = p.ctx.Err(); j.err == nil {
				j.err = j.convert(p)
			}
			if j.matrix != nil && j.matrix.unconverted.Add(-int64(j.rows)) == 0 {
				p.mutex.Lock()
				p.spare = append(p.spare, j.matrix.values)
				p.mutex.Unlock()
			}
			j.done <- struct{}{}
		}
	}
}

// take gives j the next rows that no job has. It returns false if all are taken.
func (p *pool) take(j *job) bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if len(p.tensors) == 0 {
		return false
	}
	s := p.tensors[0]
	if s.tensor.Transposed && s.next == 0 {
		var memory []float32
		if n := len(p.spare); n > 0 {
			memory, p.spare = p.spare[n-1], p.spare[:n-1]
		}
		s.matrix = newMatrix(s, memory)
	}
	j.source, j.row, j.matrix = s, s.next, s.matrix
	least := 1
	if s.tensor.Transposed {
		least = minRows
	}
	j.rows = min(s.rows-s.next, max(least, chunk/s.cols/tile*tile, 1))
	s.next += j.rows
	if s.next == s.rows {
		p.tensors, s.matrix = p.tensors[1:], nil
	}
	p.ordered <- j // never waits: there is room for all jobs
	return true
}

// tensor reads as the bytes of the next tensor, and gathers its figures.
type tensor struct {
	pool     *pool
	progress func(bytes int64) // told of every chunk
	figures  *quant.Figures
	rows     int    // that are still to come
	unread   []byte // of the job's
	err      error  // what ended Read, apart from io.EOF
}

// Read implements io.Reader.
func (t *tensor) Read(b []byte) (int, error) {
	if len(t.unread) == 0 {
		if t.err = t.advance(); t.err != nil {
			return 0, t.err
		}
		if len(t.unread) == 0 {
			return 0, io.EOF
		}
	}
	n := copy(b, t.unread)
	t.unread = t.unread[n:]
	return n, nil
}

// advance waits for the next rows of the tensor, if there are more.
func (t *tensor) advance() error {
	p := t.pool
	if p.current != nil {
		p.free <- p.current
		p.current = nil
	}
	if t.rows == 0 {
		return nil
	}
	if err := p.ctx.Err(); err != nil {
		return err
	}
	select {
	case <-p.ctx.Done():
		return p.ctx.Err()
	case p.current = <-p.ordered:
	}
	j := p.current
	<-j.done
	if j.err != nil {
		return j.err
	}
	t.rows -= j.rows
	t.unread = j.bytes
	t.figures.Merge(&j.figures)
	t.progress(int64(len(j.bytes)))
	return nil
}

// matrix is a tensor that has to be transposed, and is in memory for it. Every
// worker that needs it helps to read it.
type matrix struct {
	source      *source
	values      []float32 // [cols, rows], as the checkpoint has it
	unconverted atomic.Int64
	next        atomic.Int64 // the first value that nobody reads
	unread      sync.WaitGroup

	mutex sync.Mutex // of what follows
	err   error      // the first in the order of the checkpoint
	errAt int64
}

// slab is how many values of a matrix are read at a time.
const slab = 1 << 18

// newMatrix uses memory if it is large enough.
func newMatrix(s *source, memory []float32) *matrix {
	m := &matrix{source: s, values: grow(memory, s.rows*s.cols)}
	m.unconverted.Store(int64(s.rows))
	m.unread.Add((len(m.values) + slab - 1) / slab)
	return m
}

// load returns when the whole matrix has been read.
func (m *matrix) load(ctx context.Context) error {
	for {
		first := m.next.Add(slab) - slab
		if first >= int64(len(m.values)) {
			break
		}
		err := ctx.Err()
		if err == nil {
			err = m.source.tensor.Values.ReadAt(m.values[first:min(first+slab, int64(len(m.values)))], first)
		}
		m.mutex.Lock()
		if err != nil && (m.err == nil || first < m.errAt) {
			m.err, m.errAt = err, first
		}
		m.mutex.Unlock()
		m.unread.Done()
	}
	m.unread.Wait()
	return m.err
}

// Read returns the values of a tensor in the order of GGUF, [rows, cols].
func Read(ctx context.Context, t checkpoint.Tensor) ([]float32, error) {
	m := newMatrix(&source{tensor: t, rows: rows(t.Shape), cols: cols(t.Shape)}, nil)
	if err := m.load(ctx); err != nil || !t.Transposed {
		return m.values, err
	}
	values := make([]float32, len(m.values))
	m.transpose(values, 0, m.source.rows)
	return values, nil
}

// tile is how many rows and columns are transposed at a time: 16 float32 are one
// line of a cache.
const tile = 16

// transpose fills dst, [rows, cols], with the rows of the transposed matrix from row
// on.
func (m *matrix) transpose(dst []float32, row, rows int) {
	total, cols := m.source.rows, m.source.cols
	for r := 0; r < rows; r += tile {
		height := min(tile, rows-r)
		column := func(c int) []float32 { return m.values[c*total+row+r:][:height] }
		for c := 0; c < cols; c += tile {
			end := min(c+tile, cols)
			i := c
			for ; i+4 <= end; i += 4 {
				x0, x1, x2, x3 := column(i), column(i+1), column(i+2), column(i+3)
				for k := range height {
					to := (*[4]float32)(dst[(r+k)*cols+i:])
					to[0], to[1], to[2], to[3] = x0[k], x1[k], x2[k], x3[k]
				}
			}
			for ; i < end; i++ {
				for k, v := range column(i) {
					dst[(r+k)*cols+i] = v
				}
			}
		}
	}
}

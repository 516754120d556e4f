package model

import "vitrine/core/stage"

// tensor is a tensor of an event before it is reported.
type tensor struct {
	name string
	data []float32
	dims [4]int
	rank int
}

// named returns the tensor with the given dims, at most four.
func named(name string, data []float32, dims ...int) tensor {
	t := tensor{name: name, data: data, rank: len(dims)}
	copy(t.dims[:], dims)
	return t
}

// tracer reports the stages of a pass. It keeps the first error, after which no
// further stage may run: each begins by asking stopped. Its storage is used again for
// every event.
type tracer struct {
	observer  stage.Observer // nil: nobody is told
	interrupt func() error   // asked before each stage; nil: nobody is asked
	err       error
	event     stage.Event
	tensors   [5]stage.Tensor // ln1 has the most
	count     int             // of tensors that the event has
	dims      [5][4]int
}

// observed tells whether what only an observer sees needs to be made.
func (t *tracer) observed() bool { return t.observer != nil }

func (t *tracer) stopped() bool {
	if t.err == nil && t.interrupt != nil {
		t.err = t.interrupt()
	}
	return t.err != nil
}

// emit reports that the stage has run, with the tensors that have data: a model
// without biases has no shift.
func (t *tracer) emit(s stage.Stage, tensors ...tensor) {
	if t.observer == nil || t.err != nil {
		return
	}
	n := 0
	for _, x := range tensors {
		if x.data != nil {
			t.dims[n] = x.dims
			t.tensors[n] = stage.Tensor{Name: x.name, Shape: t.dims[n][:x.rank], Data: x.data}
			n++
		}
	}
	t.count = n
	t.event.Stage, t.event.Source = s, t
	t.err = t.observer.Report(&t.event)
}

// Tensors is that of stage.Source: t has those of the event that is reported.
func (t *tracer) Tensors(stage.Stage) []stage.Tensor { return t.tensors[:t.count] }

// Detail is that of stage.Source.
func (t *tracer) Detail(stage.Stage) any { return nil }

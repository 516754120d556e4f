package model

import (
	"errors"
	"fmt"
	"slices"

	"vitrine/core/stage"
)

// What Forward, ForwardAll and Revisit refuse. The errors say the counts.
var (
	ErrNoTokens    = errors.New("model: no tokens")
	ErrTokenRange  = errors.New("model: token id outside the vocabulary")
	ErrContextFull = errors.New("model: context full")
)

// Session is one sequence of tokens in the making. Only one goroutine may use it
// at a time.
type Session struct {
	model    *Model
	length   int
	capacity int
	caches   []layerCache // by layer
	logits   []float32    // [V], or [T, V] after ForwardAll
	switches []Switch
	switched *switched // nil: there are none
}

// NewSession returns an empty session for up to capacity positions. It panics
// unless capacity is from 1 to the model's context.
func (m *Model) NewSession(capacity int) *Session {
	c := &m.config
	if capacity < 1 || capacity > c.Context {
		panic(fmt.Sprintf("model: NewSession: got a capacity of %d, want 1 to %d", capacity, c.Context))
	}
	s := &Session{model: m, capacity: capacity, caches: *m.caches.Get().(*[]layerCache)}
	for i := range s.caches {
		s.caches[i].reserve(c.Heads, capacity, c.HeadDim())
	}
	s.logits = make([]float32, c.Vocabulary)
	return s
}

// Close lets another session have the memory of this one, which must not be used any
// more. A session that is not closed is left to the garbage collector.
func (s *Session) Close() {
	caches := s.caches
	s.caches = nil
	s.model.caches.Put(&caches)
}

// Len returns how many positions the session has read; during a pass, those before it.
func (s *Session) Len() int { return s.length }

// Capacity returns how many positions the session has room for.
func (s *Session) Capacity() int { return s.capacity }

// Switches returns what the session changes of its model.
func (s *Session) Switches() []Switch { return s.switches }

// Switch sets what the session changes of its model from now on, in place of what it did, and
// forgets all positions: they were read by another model. A switch that the model does not
// have is a *SwitchError, and all stays as it was.
func (s *Session) Switch(list []Switch) error {
	made, err := s.model.switched(list)
	if err != nil {
		return err
	}
	s.switches, s.switched, s.length = slices.Clone(list), made, 0
	return nil
}

// Truncate forgets all positions from n on. It panics unless 0 <= n <= Len().
func (s *Session) Truncate(n int) {
	if n < 0 || n > s.length {
		panic(fmt.Sprintf("model: Truncate: got %d, want 0 to %d", n, s.length))
	}
	s.length = n
}

// Forward appends ids to the sequence and returns the logits, [V], of what follows
// the last of them. They are lent until the next call.
//
// Every stage is reported to observer, which may be nil, as the package comment
// says. The result has the same bits whatever the observer is, and however ids are
// divided among calls.
//
// No ids, an id outside the vocabulary or too many ids are ErrNoTokens,
// ErrTokenRange and ErrContextFull, wrapped; ids that cannot be read without the mask are
// ErrMaskOff. An error of the observer ends the pass
// before the next stage and is returned. After an error the session stands where it
// stood before the call.
func (s *Session) Forward(ids []int, observer stage.Observer) ([]float32, error) {
	return s.forward(ids, 1, observer)
}

// ForwardAll is Forward with the logits that follow each of the ids, [T, V].
func (s *Session) ForwardAll(ids []int, observer stage.Observer) ([]float32, error) {
	return s.forward(ids, len(ids), observer)
}

// forward returns the logits that follow the last wanted ids.
func (s *Session) forward(ids []int, wanted int, observer stage.Observer) ([]float32, error) {
	before := s.length
	if err := s.check(before, ids); err != nil {
		return nil, err
	}
	v, skip := s.model.config.Vocabulary, len(ids)-wanted
	s.logits = resized(s.logits, wanted*v)
	for from := 0; from < len(ids); from += MaxRows {
		to := min(from+MaxRows, len(ids))
		first, last := max(0, from-skip), max(0, to-skip)
		if err := s.run(s.length, ids[from:to], max(1, last-first), s.logits[first*v:last*v], observer); err != nil {
			s.length = before
			return nil, err
		}
		s.length += to - from
	}
	return s.logits, nil
}

// Revisit reads ids once more, the first at position from, for an observer that looks at
// it: every stage, those of the last layer and final too, has all rows, and head has the
// logits that follow the last one. All tensors have the bits that they have in Forward,
// rows of the cache are written again with the same bits, and Len stays. Without the mask it
// leaves the cache alone, and from must be 0. It may be called
// from the observer of a pass of the session that is under way, which then goes on as if
// nothing had been; it has scratch memory of its own, at most that of MaxRows rows.
//
// ids must be those that the session has read at these positions; from Len() on, where
// they may reach while there is room, those that it reads now or next.
//
// Errors are those of Forward, and one for a from outside 0 to Len() or more than MaxRows
// ids.
func (s *Session) Revisit(from int, ids []int, observer stage.Observer) error {
	return s.again(from, ids, len(ids), observer)
}

// Repeat is Revisit with the rows of Forward: from attention.mix of the last layer on the
// last alone. It takes the time of that pass.
func (s *Session) Repeat(from int, ids []int, observer stage.Observer) error {
	return s.again(from, ids, 1, observer)
}

func (s *Session) again(from int, ids []int, wanted int, observer stage.Observer) error {
	if from < 0 || from > s.length {
		return fmt.Errorf("model: revisit: got position %d, want 0 to %d", from, s.length)
	}
	if len(ids) > MaxRows {
		return fmt.Errorf("model: revisit: got %d tokens, want at most %d in one pass", len(ids), MaxRows)
	}
	if err := s.check(from, ids); err != nil {
		return err
	}
	logits := make([]float32, s.model.config.Vocabulary)
	if !s.switched.unmasked() {
		return s.run(from, ids, wanted, logits, observer)
	}
	// Rows of fewer tokens are others: they must not get into a pass that is under way.
	beside := s.model.NewSession(len(ids))
	defer beside.Close()
	beside.switched = s.switched
	return beside.run(0, ids, wanted, logits, observer)
}

// check is the door: token ids, which are to be read from a position on, and positions
// are trusted behind it.
func (s *Session) check(from int, ids []int) error {
	if len(ids) == 0 {
		return fmt.Errorf("%w: got 0, want at least 1", ErrNoTokens)
	}
	if room := s.capacity - from; len(ids) > room {
		return fmt.Errorf("%w: got %d tokens after %d, want at most %d (room for %d in all)", ErrContextFull, len(ids), from, room, s.capacity)
	}
	for i, id := range ids {
		if id < 0 || id >= s.model.config.Vocabulary {
			return fmt.Errorf("%w: got %d as token %d of %d, want 0 to %d", ErrTokenRange, id, i+1, len(ids), s.model.config.Vocabulary-1)
		}
	}
	return s.switched.readable(from, len(ids))
}

// run is one pass: ids, [T], at the positions from start on. In the last layer only the
// last wanted rows, at least one, go on after attention: no later layer reads the others.
// logits, [n, V] with n <= wanted, is set for the last n rows and may be empty.
func (s *Session) run(start int, ids []int, wanted int, logits []float32, observer stage.Observer) error {
	p := s.model.passes.Get().(*pass)
	defer s.model.passes.Put(p)
	p.reserve(s.capacity)
	p.switched = s.switched
	p.begin(start, len(ids), observer)
	p.forward(ids, s.caches, wanted, logits)
	return p.Err()
}

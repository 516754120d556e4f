package model
import "vitrine/core/stage"
func (s *Session) Revisit(from int, ids []int, observer stage.Observer) error {
	v := s.model.config.Vocabulary
	logits := make([]float32, len(ids)*v)
	return s.run(from, ids, logits, observer)
}
func (m *Model) Lens(logits, x []float32) {}

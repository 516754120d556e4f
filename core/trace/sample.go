package trace

import "vitrine/core/stage"

// sampleSize is how many numbers of a tensor travel with its event.
const sampleSize = 8

// mainTensor names the tensor of a stage that its event shows, by stage.
var mainTensor = [...]string{
	stage.Embed:           "rows",
	stage.Position:        "sum",
	stage.LN1:             "result",
	stage.AttentionQKV:    "qkv",
	stage.AttentionScores: "scores",
	stage.AttentionScale:  "scaled",
	stage.AttentionMask:   "weights",
	stage.AttentionMix:    "mix",
	stage.Residual1:       "sum",
	stage.LN2:             "result",
	stage.MLP:             "output",
	stage.Residual2:       "sum",
	stage.Final:           "result",
	stage.Head:            "logits",
	stage.Softmax:         "probabilities",
}

// sample returns the shape of the main tensor and some of its numbers, as
// StageEvent in vitrine.d.ts says which.
func (w *Writer) sample(e *stage.Event) (shape []int, values []float32) {
	if int(e.Stage) >= len(mainTensor) || mainTensor[e.Stage] == "" {
		return nil, nil
	}
	t := w.tensor(mainTensor[e.Stage])
	switch e.Stage {
	case stage.AttentionScores, stage.AttentionScale, stage.AttentionMask:
		row := newestRow(t, w.shown)
		return t.Shape, row[max(0, len(row)-sampleSize):]
	case stage.AttentionQKV, stage.AttentionMix:
		return t.Shape, w.ofHead(t, 0)
	case stage.Head, stage.Softmax:
		return t.Shape, first(t.Data)
	}
	return t.Shape, first(lastRow(t))
}

// tensor returns that of the event with the given name, which it must have.
func (w *Writer) tensor(name string) stage.Tensor {
	for _, t := range w.tensors {
		if t.Name == name {
			return t
		}
	}
	panic("trace: the event has no tensor " + name)
}

// more returns the numbers that travel beside those of the main tensor: rows of equal
// length, which events.js puts into the detail under the names that it has for the stage.
func (w *Writer) more(e *stage.Event) [][]float32 {
	rows := w.rows[:0]
	for _, t := range w.tensors {
		switch t.Name {
		case "table": // position
			rows = append(rows, first(lastRow(t)))
		case "scale", "shift": // ln1, ln2 and final; a model without biases has no shift
			rows = append(rows, first(t.Data))
		case "qkv":
			rows = append(rows, w.ofHead(t, 1), w.ofHead(t, 2))
		case "output":
			if e.Stage == stage.AttentionMix {
				rows = append(rows, first(lastRow(t)))
			}
		}
	}
	w.rows = rows
	return rows
}

// first returns as many numbers of a row as travel with an event.
func first(row []float32) []float32 { return row[:min(sampleSize, len(row))] }

// ofHead returns the first numbers of the newest token and the head that is shown, of a
// tensor [T, H, D] or of part 0, 1 or 2 of one [T, 3, H, D].
func (w *Writer) ofHead(t stage.Tensor, part int) []float32 {
	heads, d := t.Shape[len(t.Shape)-2], t.Shape[len(t.Shape)-1]
	return first(lastRow(t)[(part*heads+w.shown)*d:][:d])
}

// lastRow returns row T-1 of a tensor [T, ...].
func lastRow(t stage.Tensor) []float32 {
	n := len(t.Data) / t.Shape[0]
	return t.Data[len(t.Data)-n:]
}

// newestRow returns row [head, T-1] of a tensor [H, T, P].
func newestRow(t stage.Tensor, head int) []float32 {
	rows, width := t.Shape[1], t.Shape[2]
	at := (head*rows + rows - 1) * width
	return t.Data[at : at+width]
}

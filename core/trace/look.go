package trace

import (
	"encoding/binary"
	"math"

	"vitrine/core/generate"
)

// Lens writes LensRow[] of vitrine.d.ts.
func (j *Describer) Lens(rows []generate.LensRow) {
	j.Open('[')
	for _, row := range rows {
		j.Element().Open('{')
		j.Key("layer").Int(row.Layer)
		j.Key("top")
		j.Candidates(row.Top)
		j.Key("rank").Int(row.Rank)
		j.Key("probability").Float(float64(row.Probability))
		j.Close('}')
	}
	j.Close(']')
}

// Page writes Candidates of vitrine.d.ts.
func (j *Describer) Page(p generate.Page) {
	j.Open('{')
	j.Key("total").Int(p.Total)
	j.Key("sum").Float(p.Sum)
	j.Key("entropy").Float(p.Entropy)
	j.Key("perplexity").Float(p.Perplexity)
	j.Key("rows").Open('[')
	for _, row := range p.Rows {
		j.Element()
		j.Token(row.ID)
		j.special(row.ID)
		j.Key("logit").Float(float64(row.Logit))
		j.Key("probability").Float(float64(row.Probability))
		j.Key("rank").Int(row.Rank)
		j.Close('}')
	}
	j.Close(']')
	j.Close('}')
}

// Parts returns tensors as bytes: the length of a JSON as uint32, the JSON of
// [{ name, shape, from }], padded with blanks to 4 bytes, and the float32 values of one
// tensor after the other, little-endian.
func Parts(parts []generate.Part) []byte {
	var j JSON
	j.Open('[')
	for _, p := range parts {
		j.Element().Open('{')
		j.Key("name").Text(p.Name)
		j.Key("shape").Ints(p.Shape)
		j.Key("from").Ints(p.From)
		j.Close('}')
	}
	j.Close(']')
	for len(j.Bytes)%4 != 0 {
		j.Bytes = append(j.Bytes, ' ')
	}
	size := 4 + len(j.Bytes)
	for _, p := range parts {
		size += 4 * len(p.Data)
	}
	b := binary.LittleEndian.AppendUint32(make([]byte, 0, size), uint32(len(j.Bytes)))
	b = append(b, j.Bytes...)
	for _, p := range parts {
		for _, v := range p.Data {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
		}
	}
	return b
}

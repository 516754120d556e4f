package model

import (
	"math"
	"slices"
	"testing"

	"vitrine/core/stage"
)

// TestCacheLayout stores rows that encode their own coordinates, so that a number
// in a wrong place says where it came from.
func TestCacheLayout(t *testing.T) {
	const layers, heads, capacity, headSize = 3, 3, 7, 3 // H*D <= 10, so that the digits do not run together
	const stride = heads * headSize
	at := func(layer, position, dim int) float32 { return float32(layer*1000 + position*10 + dim) }
	caches := make([]layerCache, layers)
	for layer := range caches {
		caches[layer].reserve(heads, capacity+layer, headSize)
		caches[layer].reserve(heads, capacity, headSize) // on the same memory
		var keys, values []float32                       // [capacity, H, D]
		for position := range capacity {
			for dim := range heads * headSize {
				keys = append(keys, at(layer, position, dim))
				values = append(values, -at(layer, position, dim))
			}
		}
		for _, part := range [][2]int{{0, 3}, {3, 4}, {4, 6}, {6, 7}} { // both halves of pairs begin and end one
			first, n := part[0], part[1]-part[0]
			caches[layer].put(nil, first, n, keys[first*stride:], values[first*stride:], stride)
		}
	}
	for layer := range caches {
		for h := range heads {
			for n := 1; n <= capacity; n++ {
				keys, values := headRows(&caches[layer], h, n)
				for i := range keys {
					want := at(layer, i/headSize, h*headSize+i%headSize)
					if !nearRow(keys[i], want) || !nearRow(values[i], -want) {
						t.Fatalf("layer %d: head %d of %d positions, [%d]: got key %v, value %v, want %v", layer, h, n, i, keys[i], values[i], want)
					}
				}
			}
		}
	}
}

// headRows returns the keys and values of a head in float32, each [n, D].
func headRows(c *layerCache, h, n int) (keys, values []float32) {
	capacity := len(c.keyScales) / c.heads
	size := len(c.keys) / len(c.keyScales)
	for p := range n {
		at := h*capacity + p
		for d := range size {
			keys = append(keys, float32(c.keys[at*size+d])*c.keyScales[at])
			values = append(values, float32(c.values[(at/2*size+d)*2+at%2])*c.valueScales[at])
		}
	}
	return keys, values
}

// nearRow allows for 16 bits over rows whose values are at most 3 times as large.
func nearRow(got, want float32) bool {
	return math.Abs(float64(got-want)) <= 1e-4+1e-4*math.Abs(float64(want))
}

// TestCacheHoldsKeysAndValues: after a prompt, tokens and a step back, each
// layer's cache holds what the last attention.qkv of each position reported.
func TestCacheHoldsKeysAndValues(t *testing.T) {
	m := gpt2(t).load(t)
	c := m.Config()
	heads, d := c.Heads, c.HeadDim()
	rows := make([][][]float32, c.Layers) // by layer and position, [3, H, D]
	for layer := range rows {
		rows[layer] = make([][]float32, c.Context)
	}
	observe := func(ev *stage.Event) error {
		if ev.Stage == stage.AttentionQKV {
			qkv := ev.Tensor("qkv")
			for row := range ev.Tokens {
				rows[ev.Layer][ev.Position-ev.Tokens+1+row] = slices.Clone(qkv[row*3*heads*d:][:3*heads*d])
			}
		}
		return nil
	}
	s := m.NewSession(c.Context)
	for _, ids := range [][]int{{1, 2, 3, 4, 5}, {6}, {7, 8}} {
		if _, err := s.Forward(ids, observe); err != nil {
			t.Fatal(err)
		}
	}
	s.Truncate(4)
	if _, err := s.Forward([]int{9, 10}, observe); err != nil {
		t.Fatal(err)
	}
	for layer := range rows {
		for h := range heads {
			keys, values := headRows(&s.caches[layer], h, s.Len())
			for position := range s.Len() {
				row := rows[layer][position]
				if k := keys[position*d:][:d]; !slices.EqualFunc(k, row[(heads+h)*d:][:d], nearRow) {
					t.Errorf("layer %d, head %d, position %d: got key %v, want %v", layer, h, position, k, row[(heads+h)*d:][:d])
				}
				if v := values[position*d:][:d]; !slices.EqualFunc(v, row[(2*heads+h)*d:][:d], nearRow) {
					t.Errorf("layer %d, head %d, position %d: got value %v, want %v", layer, h, position, v, row[(2*heads+h)*d:][:d])
				}
			}
		}
	}
}

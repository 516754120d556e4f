package model

import "vitrine/core/kernel"

// layerCache holds the keys and values of one layer for every position so far, in
// 16 bits. Heads come first, so that one head's rows lie one after the other.
type layerCache struct {
	keys, values       rows
	capacity, headSize int // headSize is D
}

// rows are vectors as kernel.QuantizeRows stores them; those of positions not yet
// read are not valid.
type rows struct {
	q      []int16   // [H, capacity, D]
	scales []float32 // [H, capacity]
}

func newLayerCache(heads, capacity, headSize int) layerCache {
	newRows := func() rows {
		return rows{make([]int16, heads*capacity*headSize), make([]float32, heads*capacity)}
	}
	return layerCache{keys: newRows(), values: newRows(), capacity: capacity, headSize: headSize}
}

// put stores the key and the value of all heads, each [H, D], at the position. With
// a team, this is only queued.
func (c *layerCache) put(team *kernel.Team, position int, key, value []float32) {
	c.keys.put(team, position, key, c.headSize, c.capacity)
	c.values.put(team, position, value, c.headSize, c.capacity)
}

// put stores x, [H, D], at the position.
func (r *rows) put(team *kernel.Team, position int, x []float32, d, capacity int) {
	kernel.QuantizeRows(team, r.q[position*d:], r.scales[position:], x, d, capacity*d, capacity)
}

// head returns one head's rows of the first n positions: q is [n, D], scales [n].
func (c *layerCache) head(of *rows, h, n int) (q []int16, scales []float32) {
	from := h * c.capacity
	return of.q[from*c.headSize:][:n*c.headSize], of.scales[from:][:n]
}

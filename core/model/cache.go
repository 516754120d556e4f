package model

import "vitrine/core/kernel"

// layerCache holds the keys and values of one layer for every position so far, in
// 16 bits. Heads come first, so that what one head reads lies together; those of
// positions not yet read are not valid.
type layerCache struct {
	keys        []int16   // [H, capacity, D], as kernel.QuantizeRows stores them
	keyScales   []float32 // [H, capacity]
	values      []int16   // [H, capacity/2, D, 2], as kernel.QuantizePairs stores them
	valueScales []float32 // [H, capacity]

	capacity, headSize int // capacity is a multiple of 8, headSize is D
}

// reserve makes room for so many positions and forgets those that the cache holds.
func (c *layerCache) reserve(heads, positions, headSize int) {
	c.capacity, c.headSize = upTo8(positions), headSize
	n := heads * c.capacity
	c.keys, c.values = resized(c.keys, n*headSize), resized(c.values, n*headSize)
	c.keyScales, c.valueScales = resized(c.keyScales, n), resized(c.valueScales, n)
}

// upTo8 returns n, or the next multiple of 8.
func upTo8(n int) int { return (n + 7) &^ 7 }

// putKeys stores the keys of head h for n positions from the first on: those of one
// position begin stride behind those of the position before. With a team, this is only
// queued.
func (c *layerCache) putKeys(team *kernel.Team, h, first, n int, keys []float32, stride int) {
	q, scales := c.headKeys(h, first+n)
	kernel.QuantizeRows(team, q[first*c.headSize:], scales[first:], keys, c.headSize, stride)
}

// putValues is putKeys for values.
func (c *layerCache) putValues(team *kernel.Team, h, first, n int, values []float32, stride int) {
	q, scales := c.headValues(h, first+n)
	kernel.QuantizePairs(team, q, scales[first:first+n], values, c.headSize, stride, first)
}

// headKeys returns the keys of head h for the first n positions: q is [n, D], scales
// [n].
func (c *layerCache) headKeys(h, n int) (q []int16, scales []float32) {
	from := h * c.capacity
	return c.keys[from*c.headSize:][:n*c.headSize], c.keyScales[from:][:n]
}

// headValues returns the values of head h for the first n positions: q is [n/2, D, 2],
// rounded up to whole pairs, scales [n], rounded up to a multiple of 8.
func (c *layerCache) headValues(h, n int) (q []int16, scales []float32) {
	from := h * c.capacity
	return c.values[from*c.headSize:][:(n+n%2)*c.headSize], c.valueScales[from:][:upTo8(n)]
}

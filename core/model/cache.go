package model

import "vitrine/core/kernel"

// layerCache holds the keys and values of one layer for every position so far, in
// 16 bits. Heads come first, so that what one head reads lies together; those of
// positions not yet read are not valid. capacity is a multiple of 8.
type layerCache struct {
	keys        []int16   // [H, capacity, D], as kernel.QuantizeRows stores them
	keyScales   []float32 // [H, capacity]
	values      []int16   // [H, capacity/2, D, 2], as kernel.QuantizePairs stores them
	valueScales []float32 // [H, capacity]
	heads       int
}

// reserve makes room for so many positions and forgets those that the cache holds.
func (c *layerCache) reserve(heads, positions, headSize int) {
	n := heads * upTo8(positions)
	c.heads = heads
	c.keys, c.values = resized(c.keys, n*headSize), resized(c.values, n*headSize)
	c.keyScales, c.valueScales = resized(c.keyScales, n), resized(c.valueScales, n)
}

// upTo8 returns n, or the next multiple of 8.
func upTo8(n int) int { return (n + 7) &^ 7 }

// put stores the keys and values of n positions from the first on, each [H, D]: those of
// one position begin stride behind those of the position before.
func (c *layerCache) put(team *kernel.Team, first, n int, keys, values []float32, stride int) {
	kernel.QuantizeRows(team, c.keys, c.keyScales, keys, c.heads, n, stride, first)
	kernel.QuantizePairs(team, c.values, c.valueScales, values, c.heads, n, stride, first)
}

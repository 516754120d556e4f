package model

// layerCache holds the keys and values of one layer for every position so far.
// Heads come first, so that one head's rows lie one after the other.
type layerCache struct {
	keys, values       []float32 // [H, capacity, D]; rows of positions not yet read are not valid
	capacity, headSize int       // headSize is D
}

func newLayerCache(heads, capacity, headSize int) layerCache {
	n := heads * capacity * headSize
	return layerCache{keys: make([]float32, n), values: make([]float32, n), capacity: capacity, headSize: headSize}
}

// put stores the key and the value of all heads, each [H, D], at the position.
func (c *layerCache) put(position int, key, value []float32) {
	d := c.headSize
	for h := range len(key) / d {
		at := (h*c.capacity + position) * d
		copy(c.keys[at:at+d], key[h*d:])
		copy(c.values[at:at+d], value[h*d:])
	}
}

// head returns one head's keys and values of the first n positions, each [n, D].
func (c *layerCache) head(h, n int) (keys, values []float32) {
	from := h * c.capacity * c.headSize
	to := from + n*c.headSize
	return c.keys[from:to], c.values[from:to]
}

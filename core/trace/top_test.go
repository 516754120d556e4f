package trace

import (
	"math"
	"slices"
	"testing"
)

func TestTop(t *testing.T) {
	nan := float32(math.NaN())
	for _, test := range []struct {
		values []float32
		n      int
		want   []int
	}{
		{nil, 3, []int{}},
		{[]float32{1}, 3, []int{0}},
		{[]float32{1, 3, 2, 3, 0}, 3, []int{1, 3, 2}},
		{[]float32{5, 4, 3, 2, 1}, 2, []int{0, 1}},
		{[]float32{1, 2, 3, 4, 5}, 5, []int{4, 3, 2, 1, 0}},
		{[]float32{1, nan, 2}, 2, []int{2, 0}},
	} {
		if got := top(test.values, test.n); !slices.Equal(got, test.want) {
			t.Errorf("top(%v, %d) = %v, want %v", test.values, test.n, got, test.want)
		}
	}
}

package kernel

import "fmt"

// part is which rows of a matrix are held: all of them, or those of one member
// of a team that shares the work.
type part struct {
	rows     int // of the whole matrix
	from, to int // held; from is a multiple of 8
}

// newPart returns part i of n of a matrix, whose groups of 8 rows are dealt out
// evenly and in order.
func newPart(rows, i, n int) part {
	if rows < 0 || n < 1 || i < 0 || i >= n {
		panic(fmt.Sprintf("kernel: part %d of %d of a matrix of %d rows", i, n, rows))
	}
	groups := (rows + groupRows - 1) / groupRows
	return part{rows, min(rows, groups*i/n*groupRows), min(rows, groups*(i+1)/n*groupRows)}
}

// Rows returns the number of rows of the whole matrix.
func (p *part) Rows() int { return p.rows }

// Held returns the rows from <= r < to that are held.
func (p *part) Held() (from, to int) { return p.from, p.to }

// groups returns the number of groups held; the last may be padded.
func (p *part) groups() int { return (p.to - p.from + groupRows - 1) / groupRows }

// at returns the place of a group among those held.
func (p *part) at(group int) int { return group - p.from/groupRows }

// check panics unless the rows from <= r < to are held.
func (p *part) check(kernel string, from, to int) {
	if from < p.from || from > to || to > p.to {
		panic(fmt.Sprintf("kernel: %s: rows %d to %d, held are %d to %d", kernel, from, to, p.from, p.to))
	}
}

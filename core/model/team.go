package model

import "vitrine/core/kernel"

// Team is how the leader of a team reaches the other members. Each member holds
// another part of the rows of every matrix, see LoadPart; the leader alone has
// sessions, and does all that is not a matrix product. A team gives the same bits
// as one model that holds everything.
//
// A member that does not answer leaves nothing to go on with: the methods then
// panic, and the team is of no further use.
type Team interface {
	// Multiply makes the others compute their rows of the matrix with that number
	// times each row of x, [T, cols]. It does not wait for them.
	Multiply(matrix int, x []float32)
	// Gather waits for the others and copies their columns of the product to dst,
	// [T, rows]. The leader's own, from <= c < to, are left alone. It follows each
	// Multiply.
	Gather(dst []float32, rows, from, to int)
	// Row sets dst, [cols], to a row of the matrix that another member holds.
	Row(dst []float32, matrix, row int)
}

// Member is the side of a team that answers the leader's Team. It is not safe for
// concurrent use.
type Member struct {
	matrices []*linear // by number
	acts     kernel.Activations
	product  []float32 // [T, rows]
	row      []float32 // [cols]
}

// NewMember returns a member that computes with the part that m holds.
func NewMember(m *Model) *Member { return &Member{matrices: m.matrices()} }

// Shape returns the rows and columns of the whole matrix with that number.
func (m *Member) Shape(matrix int) (rows, cols int) { return m.matrices[matrix].shape() }

// Multiply computes what Team.Multiply asks for. Of product, [T, rows], which is
// lent until the next call, the columns from <= c < to are this member's.
func (m *Member) Multiply(matrix int, x []float32) (product []float32, from, to int) {
	l := m.matrices[matrix]
	rows, cols := l.shape()
	m.product = resized(m.product, len(x)/cols*rows)
	l.multiply(m.product, x, &m.acts)
	from, to = l.held()
	return m.product, from, to
}

// Row returns the row of the matrix, [cols], lent until the next call, or nil if
// another member holds it.
func (m *Member) Row(matrix, row int) []float32 {
	l := m.matrices[matrix]
	if from, to := l.held(); row < from || row >= to {
		return nil
	}
	_, cols := l.shape()
	m.row = resized(m.row, cols)
	l.row(m.row, row)
	return m.row
}

// matrices returns the matrices by number.
func (m *Model) matrices() []*linear {
	all := []*linear{&m.wte}
	for i := range m.blocks {
		b := &m.blocks[i]
		all = append(all, &b.qkv, &b.attnProj, &b.fc, &b.mlpProj)
	}
	if !m.config.TiedHead {
		all = append(all, &m.head)
	}
	return all
}
